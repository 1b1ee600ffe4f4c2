"""Bodies of 1 MiB in the viewer, against one of 1 KiB in the same app, and one that is meant to hurt."""

from __future__ import annotations

from statistics import median

from tests.benchmarks.bar import Bar, percentile
from tests.benchmarks.processes import run_module


def measure() -> list[Bar]:
    """Show, page and leave in a fresh process."""
    found = run_module("shown_bodies")
    painted = {name: median(found[name]) * 1000 for name in ("small", "large", "line")}
    pages = {name: percentile(found[f"{name}_pages"], 0.95) * 1000 for name in ("medium", "large", "line")}
    whole = median(found["large_whole"]) * 1000
    return [
        Bar(
            "1 MiB JSON body from show to painted, against 1 KiB",
            painted["large"] / painted["small"],
            3,
            figures=f"{painted['large']:.0f} ms, 1 KiB {painted['small']:.0f} ms; all decoded after {whole:.0f} ms",
        ),
        Bar(
            "1 MiB on one line, against 1 KiB of JSON",
            painted["line"] / painted["small"],
            3,
            figures=f"{painted['line']:.0f} ms",
        ),
        Bar(
            "page-down in 1 MiB, p95",
            max(pages["large"], pages["line"]),
            33,
            unit="ms",
            figures=f"JSON {pages['large']:.0f} ms, one line {pages['line']:.0f} ms, 60 kB {pages['medium']:.0f} ms",
        ),
        Bar(
            "a key of the search in 1 MiB, p95",
            percentile(found["keys"], 0.95) * 1000,
            16,
            unit="ms",
            figures=f"median {median(found['keys']) * 1000:.1f} ms",
        ),
        Bar(
            "longest wait of the loop while 11 KB that unpack to 8 MiB are listed and shown",
            min(found["bomb_waits"]) * 1000,
            50,
            unit="ms",
            figures=", ".join(f"{wait * 1000:.0f}" for wait in found["bomb_waits"]) + " ms in as many trials",
        ),
        Bar(
            "memory still held after leaving it",
            max(0.0, found["left"]),
            1,
            unit="MiB",
            figures=f"{found['showing']:.0f} MiB while shown; the process keeps {found['resident']:.0f} MiB for reuse",
        ),
    ]
