"""How a request is refused: typed errors, and one plain or JSON answer for each. Patient text never goes into one."""

from __future__ import annotations

import logging
from typing import cast

from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from bot.records.people import NoOrganization

log = logging.getLogger(__name__)


class FieldError(Exception):
    """A field of the request is missing or wrong. `field` is its name as the client wrote it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field} {message}")
        self.field = field
        self.message = message


def speaks_json() -> bool:
    """Whether the caller of this request is a program that reads JSON answers."""
    accepted = request.accept_mimetypes.best_match(["text/plain", "application/json"])
    return request.blueprint == "chat" or accepted == "application/json"


def answer(status: int, message: str, **more: str) -> Response:
    """The refusal in the form that the caller reads."""
    json = speaks_json()
    response = jsonify({"error": message, **more}) if json else Response(f"{message}\n", mimetype="text/plain")
    response.status_code = status
    return response


def init_app(app: Flask) -> None:
    """Register the answers to bad fields, HTTP errors and a database that is away."""

    @app.errorhandler(FieldError)
    def bad_field(error: FieldError) -> Response:
        return answer(400, str(error), field=error.field)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None:
            return cast(Response, error.response)
        refused = answer(error.code or 500, f"{error.code} {error.name}")
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                refused.headers.add(name, value)
        return refused

    @app.errorhandler(OperationalError)
    def database_away(error: OperationalError) -> Response:
        log.error("the database did not answer: %s", type(error.orig).__name__)
        refused = answer(ServiceUnavailable.code, "The service is not available right now. For an emergency call 911.")
        refused.headers["Retry-After"] = "5"
        return refused

    @app.errorhandler(NoOrganization)
    def no_clinic(error: NoOrganization) -> Response:
        log.error("%s", error)
        return answer(ServiceUnavailable.code, "The service has no clinic yet. For an emergency call 911.")
