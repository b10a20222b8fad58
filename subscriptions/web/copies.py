"""A restored backup that has not been cleaned yet answers 503, whatever is asked."""

import threading
import time
from http import HTTPStatus

from flask import Flask, current_app, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from subscriptions.config import Settings
from subscriptions.core.words import gettext as _
from subscriptions.extensions import db
from subscriptions.transfer.backup.mark import copied_at
from subscriptions.web.errors import error_page

GATE = "assent_copy_gate"
LOOK_EVERY = 1.0  # seconds
# They ask the store nothing, and a process that is ended for refusing would refuse again.
ALWAYS = frozenset({"ops.alive", "static"})


class Gate:
    """Closed while the store is an unfinished copy; once open it stays so and asks no more."""

    def __init__(self, settings: Settings) -> None:
        self._database = settings.database
        self._lock = threading.Lock()
        self._open = False
        self._look_at = 0.0

    def is_open(self) -> bool:
        """Whether the store may be served. Looks at it at most once a second, until it may."""
        if self._open:
            return True
        with self._lock:
            if time.monotonic() >= self._look_at:
                self._look()
        return self._open

    def _look(self) -> None:
        may_serve = copied_at(self._database) is None
        if may_serve and self._look_at:
            # Another file may have taken the place of the one that is open here.
            db.engine.dispose()
        self._look_at = time.monotonic() + LOOK_EVERY
        self._open = may_serve


def configure(app: Flask, settings: Settings) -> None:
    """Put the gate before everything else."""
    app.extensions[GATE] = Gate(settings)
    app.before_request(_refuse_copy)


def _refuse_copy() -> ResponseReturnValue | None:
    gate: Gate = current_app.extensions[GATE]
    if request.endpoint in ALWAYS or gate.is_open():
        return None
    if request.endpoint == "ops.ready":
        answer = make_response(jsonify(status="restored backup: run flask restore --finish"), 503)
    else:
        answer = error_page(
            HTTPStatus.SERVICE_UNAVAILABLE,
            _("Please try again soon"),
            _("The service is being restored from a backup. Nothing was saved."),
        )
    answer.headers["Retry-After"] = "60"
    return answer
