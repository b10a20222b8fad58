"""What is still held of a person: the raw bytes of every file, and every table."""

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Select, inspect, literal_column, select, table

from subscriptions.core.sqlite import truncate_log
from subscriptions.extensions import db


def held(app: Flask, *words: str) -> list[str]:
    """``place: word`` for each of ``words`` that lies anywhere, whatever its case.

    On SQLite the log is emptied first, as the worker does within a minute.
    """
    if app.extensions["assent_settings"].is_sqlite:
        with app.app_context():
            assert truncate_log(db.engine)
    places = {str(path): path.read_bytes() for path in _files(app)} | _tables(app)
    return [
        f"{place}: {word}"
        for place, content in places.items()
        for word in words
        if word.casefold().encode() in content.lower()
    ]


def _files(app: Flask) -> list[Path]:
    settings = app.extensions["assent_settings"]
    folders = [settings.data_dir]
    if settings.is_sqlite:
        folders.append(Path(settings.database.removeprefix("sqlite:///")).parent)
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def _tables(app: Flask) -> dict[str, bytes]:
    with app.app_context(), db.engine.connect() as connection:
        # Tuples, because what SQLAlchemy shows of its rows is cut short.
        return {name: repr(_rows(connection, name)).encode() for name in _names(connection)}


def _names(connection: Connection) -> list[str]:
    return inspect(connection).get_table_names()


def _rows(connection: Connection, name: str) -> list[tuple[Any, ...]]:
    everything: Select[Any] = select(literal_column("*")).select_from(table(name))
    return [tuple(row) for row in connection.execute(everything).all()]
