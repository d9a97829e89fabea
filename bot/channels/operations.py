"""What the people who run the service ask it: is it up, is it ready, how is it doing. No answer holds patient data."""

from __future__ import annotations

import hmac
import os
import time
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import Forbidden

from bot.conversation.services import services
from bot.records.database import DatabaseNotReady, check_ready

blueprint = Blueprint("operations", __name__)

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """The process answers and the database does too."""
    try:
        check_ready(services().sessions.kw["bind"])
    except SQLAlchemyError as error:
        return Response(f"database: {type(error).__name__}\n", status=503, mimetype="text/plain")
    except DatabaseNotReady as error:
        return Response(f"{error}\n", status=503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus metrics, for this machine or for a caller with the token."""
    if not _may_read_metrics():
        raise Forbidden
    return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics() -> bool:
    token = services().settings.metrics_token.get_secret_value()
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip")):
        return False  # a proxy on this machine is not this machine asking
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return registry
    own: CollectorRegistry = current_app.extensions["recovery_metrics"]
    return own


def init_app(app: Flask) -> None:
    """Register the pages and count every request by endpoint, method and status."""
    registry = CollectorRegistry()
    app.extensions["recovery_metrics"] = registry
    requests = Counter(
        "recovery_http_requests_total", "Requests answered", ("endpoint", "method", "status"), registry=registry
    )
    seconds = Histogram("recovery_http_request_seconds", "Time to answer", ("endpoint",), registry=registry)
    app.register_blueprint(blueprint)

    @app.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "unknown"
        method = request.method if request.method in _METHODS else "other"
        requests.labels(endpoint, method, str(response.status_code)).inc()
        if "started" in g:
            seconds.labels(endpoint).observe(time.perf_counter() - g.started)
        return response
