"""Reads a JSON body field by field: wrong types are refused by name, unknown fields are ignored."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from bot.channels.errors import FieldError

_CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_LARGEST_ID = 2**63 - 1


def json_object() -> dict[str, Any]:
    """The request's body, which must be a JSON object; an empty body is an empty one. Raises BadRequest, FieldError."""
    if not request.get_data(cache=True).strip():
        return {}
    try:
        data = request.get_json(force=True)
    except (BadRequest, RecursionError) as error:
        raise FieldError("body", "must be JSON") from error
    if not isinstance(data, dict):
        raise FieldError("body", "must be a JSON object")
    return data


def text(data: dict[str, Any], field: str) -> str:
    """Any text at all; it is a patient's. Raises FieldError."""
    value = data.get(field)
    if not isinstance(value, str):
        raise FieldError(field, "must be a text")
    return value


def optional_text(data: dict[str, Any], field: str) -> str | None:
    """A text or nothing. Raises FieldError."""
    return None if data.get(field) is None else text(data, field)


def choice(data: dict[str, Any], field: str, allowed: Collection[str]) -> str | None:
    """One of the allowed values, or nothing. Raises FieldError."""
    value = optional_text(data, field)
    if value is not None and value not in allowed:
        raise FieldError(field, f"must be one of {', '.join(allowed)}")
    return value


def client_id(data: dict[str, Any], field: str) -> str:
    """An id that the client made. Raises FieldError."""
    value = text(data, field)
    if not _CLIENT_ID.fullmatch(value):
        raise FieldError(field, "must be 1 to 64 letters, digits or . _ : -")
    return value


def query_id(field: str) -> int:
    """An id of ours in the query, 0 if it is not there. Raises FieldError."""
    value = request.args.get(field, "0")
    if not re.fullmatch(r"[0-9]{1,19}", value) or int(value) > _LARGEST_ID:
        raise FieldError(field, "must be a message id")
    return int(value)
