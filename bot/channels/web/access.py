"""Who holds a chat: a random token in a header, of which only the SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from flask import request
from sqlalchemy.orm import Session
from werkzeug.exceptions import Unauthorized

from bot.records import chat_sessions
from bot.records.models import ChatSession

TOKEN_HEADER = "X-Chat-Token"  # noqa: S105  the header's name


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The form in which a token is kept and compared."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def holder(session: Session, now: datetime) -> ChatSession | None:
    """The chat session of the request's token, if there is one and its time is not over."""
    token = request.headers.get(TOKEN_HEADER)
    return chat_sessions.by_token_hash(session, token_hash(token), now) if token else None


def required_holder(session: Session, now: datetime) -> ChatSession:
    """The chat session of the request's token. Raises Unauthorized."""
    found = holder(session, now)
    if found is None:
        raise Unauthorized
    return found


def end_of_session(now: datetime, hours: int) -> datetime:
    """When a session that was used now ends."""
    return now + timedelta(hours=hours)
