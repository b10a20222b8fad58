"""The page of all promises names each of them once, and only tests that say that they prove it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "clauses.md"
HOW_MANY = {"MM": 12, "MC": 16, "MP": 12, "MG": 16, "MS": 10}
IDS = [f"{group}{number}" for group, last in HOW_MANY.items() for number in range(1, last + 1)]
ID = re.compile(r"\bM[MCPGS]\d+\b")
ROW = re.compile(r"^\| (M[MCPGS]\d+) \|(.*)\|$", re.MULTILINE)
TEST = re.compile(r"\[(test_\w+)\]\(\.\./(tests/[\w/]+\.py)\)")
ROWS = ROW.findall(PAGE.read_text())


def _named_by(file: str, test: str) -> set[str]:
    """The ids in the docstring of a test; a test that is not there has none."""
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.FunctionDef) and node.name == test:
            return set(ID.findall(ast.get_docstring(node) or ""))
    return set()


def test_every_promise_has_one_row_in_its_order() -> None:
    assert [name for name, _row in ROWS] == IDS


@pytest.mark.parametrize(("promise", "row"), ROWS, ids=[name for name, _row in ROWS])
def test_every_promise_names_tests_that_say_that_they_prove_it(promise: str, row: str) -> None:
    tests = TEST.findall(row)
    assert tests
    assert [test for test, file in tests if promise not in _named_by(file, test)] == []
