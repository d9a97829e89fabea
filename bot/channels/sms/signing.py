"""Twilio's signature on a webhook: checked against our own public address, or made for the demo phone."""

from __future__ import annotations

from collections.abc import Mapping

from twilio.request_validator import RequestValidator
from werkzeug.wrappers import Request

from bot.settings import Settings

SIGNATURE_HEADER = "X-Twilio-Signature"


def public_url(settings: Settings, path: str, query: str = "") -> str:
    """The address under which Twilio calls us. Never taken from the request's headers, which anyone may write."""
    base = settings.public_base_url.rstrip("/")
    return f"{base}{path}?{query}" if query else f"{base}{path}"


def sign(settings: Settings, path: str, form: Mapping[str, str], query: str = "") -> str:
    """The signature that Twilio would put on this form."""
    validator = RequestValidator(settings.twilio_auth_token.get_secret_value())
    signature: str = validator.compute_signature(public_url(settings, path, query), dict(form))
    return signature


def is_signed(settings: Settings, request: Request) -> bool:
    """Whether the request carries Twilio's signature over exactly this address and this form."""
    given = request.headers.get(SIGNATURE_HEADER, "")
    if not given:
        return False
    url = public_url(settings, request.path, request.query_string.decode("latin-1"))
    validator = RequestValidator(settings.twilio_auth_token.get_secret_value())
    return bool(validator.validate(url, request.form, given))
