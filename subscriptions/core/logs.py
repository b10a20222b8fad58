"""Structured logs, one JSON object a line on stderr, without personal data.

Whatever looks like a mail address or a token in a value is replaced before it is written, in
tracebacks too: a log file outlives every retention clause.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ADDRESS = re.compile(
    r"[^\s<>\"'(),:;\[\]\\/=&]{1,64}(@|%40)[^\s<>\"'(),:;\[\]\\/&]{1,255}", re.IGNORECASE
)
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}\.\d+\.[A-Za-z0-9_.-]+")

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def redact(text: str) -> str:
    """``text`` without mail addresses and tokens."""
    return TOKEN.sub("[token]", ADDRESS.sub("[address]", text))


def configure_logs() -> None:
    """Send our own and the libraries' log records through the same redaction."""
    structlog.configure(
        processors=[*SHARED, _redact_event, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*SHARED, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _redact_event,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


def _redact_event(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if not isinstance(value, int | float | bool | None):
            event[key] = redact(str(value))
    return event
