"""Twilio's form fields, read strictly: a missing or impossible one is refused by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

import phonenumbers
from werkzeug.datastructures import MultiDict

from bot.channels.errors import FieldError

_SID = re.compile(r"[!-~]{1,64}")
_ADDRESS = re.compile(r"[ -~]{1,64}")
_MOST_MEDIA = 100


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A text as Twilio hands it over."""

    sid: str
    sender: str
    to: str
    body: str
    media_count: int

    @classmethod
    def from_form(cls, form: MultiDict[str, str]) -> Self:
        """Raises FieldError."""
        return cls(
            sid=_matching(form, "MessageSid", _SID, "must be a message id"),
            sender=e164(_matching(form, "From", _ADDRESS, "must be a phone number")),
            to=e164(_matching(form, "To", _ADDRESS, "must be a phone number")),
            body=_required(form, "Body"),
            media_count=_count(form, "NumMedia", _MOST_MEDIA),
        )


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of a text that we sent."""

    sid: str
    status: str
    error_code: str | None

    @classmethod
    def from_form(cls, form: MultiDict[str, str]) -> Self:
        """Raises FieldError."""
        code = form.get("ErrorCode") or None
        if code is not None and not re.fullmatch(r"[0-9]{1,10}", code):
            raise FieldError("ErrorCode", "must be a number")
        return cls(
            sid=_matching(form, "MessageSid", _SID, "must be a message id"),
            status=_matching(form, "MessageStatus", re.compile(r"[a-z_]{1,32}"), "must be a status"),
            error_code=code,
        )


def e164(address: str) -> str:
    """The number in E.164; a short code or another kind of sender as it is."""
    try:
        number = phonenumbers.parse(address, "US")
    except phonenumbers.NumberParseException:
        return address
    if not phonenumbers.is_possible_number(number):
        return address
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _required(form: MultiDict[str, str], field: str) -> str:
    value = form.get(field)
    if value is None:
        raise FieldError(field, "is missing")
    return value


def _matching(form: MultiDict[str, str], field: str, pattern: re.Pattern[str], message: str) -> str:
    value = _required(form, field).strip()
    if not pattern.fullmatch(value):
        raise FieldError(field, message)
    return value


def _count(form: MultiDict[str, str], field: str, most: int) -> int:
    value = (form.get(field) or "0").strip()
    if not re.fullmatch(r"[0-9]{1,4}", value) or int(value) > most:
        raise FieldError(field, f"must be a number from 0 to {most}")
    return int(value)
