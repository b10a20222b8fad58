"""Routes that cost nothing to build addresses until somebody asks for one, and take plain text."""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter, Rule

Build = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A route whose builder of addresses is compiled when it is first called.

    Werkzeug compiles two for each route when the application is made, which is most of what a
    command that needs none of them would wait for.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Build:
        compiled = cache(super()._compile_builder)

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build


class PlainText(BaseConverter):
    """A part of a path, of any text but NUL, which PostgreSQL can't even be asked for."""

    regex = r"[^/\0]+"
    part_isolating = True


def configure(app: Flask) -> None:
    """Have the routes of this application made so."""
    app.url_rule_class = LateRule
    app.url_map.converters["default"] = app.url_map.converters["string"] = PlainText
