"""Who may import whom, and what an import may load: the direction of the architecture, held."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import sqsview

ROOT = Path(sqsview.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

LEAVES = {"", "clock", "errors"}
"""What anyone may use: the version, the clock and the exceptions."""
CORE = {"domain", "gateway"}
ALLOWED = {
    "": set(),
    "__main__": {"cli"},
    "clock": set(),
    "errors": {"domain"},
    "domain": {"domain"},
    "gateway": {"domain"},
    "finding": {*CORE},
    "live": {*CORE, "finding", "live"},
    "operations": {*CORE, "finding", "operations"},
    "aws": {*CORE, "aws"},
    "demo": {*CORE, "demo"},
    "ui": {*CORE, "live", "operations", "ui"},
    "config_values": {"domain"},
    "config": {"domain", "config_values"},
    "command_line": {"domain", "config"},
    "output": {"domain", "config", "command_line", "aws"},
    "commands": {*CORE, "finding", "operations", "config", "command_line", "output", "commands"},
    "cli": {*CORE, "live", "operations", "aws", "demo", "ui", "config", "config_values", "command_line", "commands"}
    | {"output"},
}
"""What each part may import of the others, beside the leaves."""
FOREIGN = {
    "textual": {"ui"},
    "rich": {"ui"},
    "aiobotocore": {"aws"},
    "botocore": {"aws"},
    "aiohttp": {"aws"},
    "boto3": {"demo"},
    "jmespath": {"domain"},
    "moto": {"demo"},
    "flask": {"demo"},
    "werkzeug": {"demo"},
}
"""Who may import what was installed."""


def part_of(module: str) -> str:
    """Give the folder or top-level module that a dotted name belongs to; empty for the package itself."""
    return module.split(".")[1] if "." in module else ""


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def imports_of(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import"
            package = ROOT.parent.joinpath(*str(node.module).split("."))
            for name in node.names:
                is_module = (package / f"{name.name}.py").exists() or (package / name.name).is_dir()
                yield f"{node.module}.{name.name}" if is_module else str(node.module), node.lineno


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_imports_follow_the_direction(file: Path) -> None:
    part = part_of(module_of(file))
    assert part in ALLOWED, f"{part} has no place in the architecture"
    for name, line in imports_of(file):
        top = name.split(".")[0]
        if top == "sqsview":
            allowed = part_of(name) in ALLOWED[part] | LEAVES
        else:
            allowed = top not in FOREIGN or part in FOREIGN[top]
        assert allowed, f"{file.relative_to(ROOT)}:{line}: {part} imports {name}"


def test_everything_that_was_installed_has_a_place() -> None:
    used = {name.split(".")[0] for file in FILES for name, _ in imports_of(file)}
    assert used - set(sys.stdlib_module_names) - {"sqsview"} <= set(FOREIGN)


def test_one_module_joins_the_adapter_and_the_interface() -> None:
    both = {
        module_of(file)
        for file in FILES
        if {"aws", "ui"} <= {part_of(name) for name, _ in imports_of(file) if name.startswith("sqsview.")}
    }
    assert both == {"sqsview.cli"}


# -- what an import loads


def loaded_after(code: str) -> set[str]:
    """Run ``code`` in a fresh interpreter and give the top-level modules that are loaded then."""
    ending = "\nimport sys; sys.stderr.write(' '.join({name.split('.')[0] for name in sys.modules}))"
    ended = subprocess.run(
        [sys.executable, "-c", code + ending], capture_output=True, text=True, check=True, cwd=ROOT.parent
    )
    return set(ended.stderr.split())


def import_all(*parts: str) -> str:
    modules = [module_of(file) for file in FILES if part_of(module_of(file)) in parts]
    assert modules
    return "import " + ", ".join(modules)


HEAVY = {"textual", "rich", "aiobotocore", "botocore", "boto3", "moto"}


def test_facts_port_poller_and_operations_load_neither_interface_nor_adapter() -> None:
    assert not loaded_after(import_all("domain", "gateway", "live", "operations", "config")) & HEAVY


def test_facts_need_no_event_loop() -> None:
    assert "asyncio" not in loaded_after(import_all("domain"))


def test_the_interface_does_not_load_the_adapter() -> None:
    assert loaded_after(import_all("ui")) & HEAVY == {"textual", "rich"}


def test_the_way_into_the_adapter_is_cheap() -> None:
    """The dashboard imports it before the first paint."""
    code = "import sqsview.aws.session, sqsview.aws.mfa, sqsview.aws.logs"
    assert not loaded_after(code) & HEAVY


def test_the_way_into_the_demo_does_not_load_the_server() -> None:
    assert not loaded_after("import sqsview.demo.process, sqsview.demo.account") & HEAVY


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["ls", "--help"], ["nonsense"]])
def test_what_needs_no_connection_loads_nothing_heavy(arguments: list[str]) -> None:
    loaded = loaded_after(
        f"import sqsview.cli as cli; sys = cli.sys; sys.stderr = None; cli.main({arguments!r})"
        "; sys.stderr = sys.__stderr__"
    )
    assert not loaded & (HEAVY | {"asyncio", "logging", "tomllib", "json"})


# -- habits that are rules


def calls_in(file: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree_of(file)) if isinstance(node, ast.Call))


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_untrusted_text_is_never_read_as_markup(file: Path) -> None:
    for call in calls_in(file):
        markup = next((keyword.value for keyword in call.keywords if keyword.arg == "markup"), None)
        where = f"{file.relative_to(ROOT)}:{call.lineno}"
        assert markup is None or ast.unparse(markup) == "False", f"{where}: markup={ast.unparse(markup)}"
        if isinstance(call.func, ast.Attribute) and call.func.attr == "notify":
            assert markup is not None, f"{where}: a notification without markup=False"


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_nobody_prints_or_blocks(file: Path) -> None:
    """Standard output has one way, `sqsview.output`; waiting is done on a clock that a test can own.

    The demo's server is a process of its own, and its watch on the parent a thread of its own.
    """
    if part_of(module_of(file)) == "demo":
        return
    for call in calls_in(file):
        assert ast.unparse(call.func) not in ("print", "time.sleep"), f"{file.relative_to(ROOT)}:{call.lineno}"


def test_faults_that_nobody_foresaw_are_caught_once_at_most() -> None:
    broad = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]
    assert len(broad) <= 1, broad


def test_files_have_one_job() -> None:
    long = {
        str(file.relative_to(ROOT)): length
        for file in FILES
        if (length := len(file.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long
