"""Measures what the program must reach and prints it as one table: ``python -m tests.benchmarks [NAME…]``."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

from tests.benchmarks.bar import Bar
from tests.benchmarks.processes import Bystanders

NAMES = (
    "start_up",
    "keys",
    "first_sweep",
    "watching_cpu",
    "polling",
    "memory",
    "listing",
    "looking",
    "moving",
    "bodies",
    "filters",
    "devices",
)
"""One module each, with a function ``measure``."""


def main() -> None:
    """Run the named benchmarks, or all; a bar that is missed is printed, it is no error."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)}; all where none is given")
    names = parser.parse_args().names or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(NAMES)}")
    print(_surroundings())
    bars: list[Bar] = []
    disturbed: list[str] = []
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        others = Bystanders()
        bars += import_module(f"tests.benchmarks.{name}").measure()
        disturbed.append(f"{name} {others.share():.0%}")
    print(_table([("what", "measured", "bar", "", "figures"), *(bar.cells for bar in bars)]))
    print(f"what others took of the CPUs meanwhile: {', '.join(disturbed)}")


def _surroundings() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("textual", "aiobotocore", "botocore"))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {packages}; {platform.machine()}, {os.cpu_count()} CPUs"


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


if __name__ == "__main__":
    main()
