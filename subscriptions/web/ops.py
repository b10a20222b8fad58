"""For machines: is it alive, is it ready, how is it doing."""

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from sqlalchemy import select

from subscriptions.core.jobs import QUEUE_FAILURES, current_queue
from subscriptions.core.transactions import current_session
from subscriptions.web.metrics import StoreCollector

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """The store and the queue answer; 503 otherwise."""
    current_session().execute(select(1))
    try:
        current_queue().storage.queue_size()
    except QUEUE_FAILURES:
        return jsonify(status="queue unreachable"), 503
    return jsonify(status="ok")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus metrics, read from the store, so that they are true for all processes."""
    registry = CollectorRegistry()
    registry.register(StoreCollector())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
