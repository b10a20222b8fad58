"""The house rules that no linter knows: small files, small functions, no leftovers."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_FILE = 300
MAX_FUNCTION = 40
SOURCES = sorted(
    path
    for folder in ("subscriptions", "scripts", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _is_migration(path: Path) -> bool:
    return "versions" in path.parts


def test_no_file_is_long() -> None:
    lengths = {
        _name(path): len(path.read_text().splitlines())
        for path in SOURCES
        if not _is_migration(path)  # a list of tables is long, not complicated
    }
    assert {name: n for name, n in lengths.items() if n > MAX_FILE} == {}


def test_no_function_is_long() -> None:
    lengths = {
        f"{_name(path)}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in SOURCES
        if not _is_migration(path)
        for function in _functions(path)
    }
    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        _name(path)
        for path in SOURCES
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_no_test_sleeps() -> None:
    sleeping = [
        _name(path)
        for path in SOURCES
        if path.name.startswith("test_") and path.parent.parent.name == "tests"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "sleep"
    ]
    assert sleeping == []


def test_migrations_never_import_models() -> None:
    importing = [
        _name(path)
        for path in SOURCES
        if _is_migration(path)
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("subscriptions"))
        or (
            isinstance(node, ast.Import)
            and any(alias.name.startswith("subscriptions") for alias in node.names)
        )
    ]
    assert importing == []


@pytest.mark.parametrize("script", [*sorted((ROOT / "scripts").glob("*.sh")), ROOT / ".ci" / "run"])
def test_the_shell_can_read_our_scripts(script: Path) -> None:
    assert script.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(script)], check=True)
