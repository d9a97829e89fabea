"""A session that nobody uses ends: after 30 minutes without the nurse, or 12 hours in any case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import session

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)

_STARTED, _SEEN = "recovery_started", "recovery_seen"


def start(now: datetime) -> None:
    """Note the moment of signing in."""
    session[_STARTED] = session[_SEEN] = int(now.timestamp())


def expired(now: datetime) -> bool:
    """Whether the session has been left alone too long. A session that names no times counts as expired."""
    started, seen = session.get(_STARTED), session.get(_SEEN)
    if not isinstance(started, int) or not isinstance(seen, int):
        return True
    return now - _moment(seen) > IDLE or now - _moment(started) > LONGEST


def touch(now: datetime) -> None:
    """Note that the nurse is there. Once a minute is enough; a cookie is set each time."""
    seen = session.get(_SEEN)
    if not isinstance(seen, int) or now - _moment(seen) >= timedelta(minutes=1):
        session[_SEEN] = int(now.timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
