"""Builds Twilio's own REST client; `TWILIO_API_BASE_URL` points it at another server."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bot.settings import Settings

_TIMEOUT_SECONDS = 10.0
_API_HOST = "api.twilio.com"


class RedirectedHttpClient(TwilioHttpClient):  # type: ignore[misc]
    """Sends what is meant for api.twilio.com to another base address, path and query unchanged."""

    def __init__(self, base_url: str, **options: Any) -> None:
        super().__init__(**options)
        self._base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        target = urlsplit(url)
        if target.hostname == _API_HOST:
            path = self._base.path.rstrip("/") + target.path
            url = urlunsplit((self._base.scheme, self._base.netloc, path, target.query, ""))
        return super().request(method, url, *args, **options)


def build_client(settings: Settings) -> Client:
    """The client for the account in the settings."""
    quiet = logging.getLogger("recovery.twilio")
    quiet.disabled = True  # the library logs addresses and headers of every request
    options = {"timeout": _TIMEOUT_SECONDS, "logger": quiet}
    base_url = settings.twilio_api_base_url
    http_client = RedirectedHttpClient(base_url, **options) if base_url else TwilioHttpClient(**options)
    return Client(settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value(), http_client=http_client)
