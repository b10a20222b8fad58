"""Finds the line of a TOML file that a key stands in, so that an error can name it."""

import tomllib
from collections import Counter
from collections.abc import Iterator

Path = tuple[str | int, ...]
LONGEST_VALUE = 400  # lines; what follows a longer one is not found


def line_of(text: str, path: Path) -> int:
    """The line, from 1, of the longest part of ``path`` that the file has; 1 if it has none."""
    lines = dict(_keys(text))
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def _keys(text: str) -> Iterator[tuple[Path, int]]:
    """Each key of ``text`` with its line. ``text`` can be read as TOML."""
    tables: Counter[str] = Counter()
    inside: Path = ()
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        if line.startswith("["):
            inside = _table(line, tables)
            yield inside, number + 1
            number += 1
            continue
        length, keys = _entry(lines[number : number + LONGEST_VALUE])
        yield from (((*inside, *key), number + 1) for key in keys)
        number += length


def _table(line: str, tables: Counter[str]) -> Path:
    [(name, value)] = tomllib.loads(line).items()
    if not isinstance(value, list):
        return (name, *_names(value))
    tables[name] += 1
    return (name, tables[name] - 1)


def _names(table: dict[str, object]) -> Path:
    for name, value in table.items():
        return (name, *_names(value)) if isinstance(value, dict) else (name,)
    return ()


def _entry(lines: list[str]) -> tuple[int, list[Path]]:
    """How many lines the entry takes that begins here, and its keys; none for a blank one."""
    for length in range(1, len(lines) + 1):
        try:
            entry = tomllib.loads("\n".join(lines[:length]))
        except tomllib.TOMLDecodeError:
            continue
        return length, [(name,) for name in entry]
    return len(lines), []
