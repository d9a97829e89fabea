"""How often one browser and one address may call the chat; who calls too often is told whom to phone."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address

from bot.channels.errors import answer, speaks_json
from bot.channels.web.access import TOKEN_HEADER, token_hash
from bot.channels.web.pages import clinic_phone, preferred_language
from bot.channels.web.texts import texts
from bot.settings import Settings

#: Endpoint -> (limits of one session, limits of one address). Many patients may share a clinic's address.
LIMITS: dict[str, tuple[str | None, str]] = {
    "chat.start_session": (None, "20 per minute; 200 per hour"),
    "chat.post_message": ("20 per minute; 200 per hour", "120 per minute"),
    "chat.get_messages": ("120 per minute", "1200 per minute"),
}


def _session_key() -> str:
    return token_hash(request.headers.get(TOKEN_HEADER, ""))


def init_app(app: Flask, settings: Settings) -> None:
    """Put the limits on the views of the chat, which are registered already."""
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=settings.ratelimit_storage_uri,
        strategy="moving-window",
        in_memory_fallback_enabled=True,
    )
    for endpoint, (of_session, of_address) in LIMITS.items():
        view: Any = app.view_functions[endpoint]
        if of_session:
            view = limiter.limit(of_session, key_func=_session_key)(view)
        app.view_functions[endpoint] = limiter.limit(of_address)(view)

    @app.errorhandler(RateLimitExceeded)
    def too_many(error: RateLimitExceeded) -> Response:
        advice = "429 Too Many Requests"
        if speaks_json():
            advice = texts(preferred_language(), "refusals", clinic_phone())["too_many"]
        refused = answer(429, advice)
        refused.headers["Retry-After"] = "60"
        return refused
