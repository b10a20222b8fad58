"""Errors for machines: ``application/problem+json`` (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, json, request

MIMETYPE = "application/problem+json"
API = "/api/"


def for_machines() -> bool:
    """Whether this request is one of the API, whatever became of it."""
    return request.path.startswith(API)


def problem(status: int, detail: str, more: Mapping[str, Any] | None = None) -> Response:
    """A problem of no type of its own: its status says what kind it is, ``detail`` says it all."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        **(more or {}),
    }
    return Response(json.dumps(content), status, mimetype=MIMETYPE)
