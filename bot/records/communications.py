"""Messages in and out, and the turn that each message in makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records.models import Communication, Thread, Turn
from bot.records.models.base import storable


def inbound_by_provider_id(session: Session, channel: str, provider_id: str) -> Communication | None:
    """The message that the provider calls `provider_id`, if it came in before."""
    return session.scalar(
        select(Communication).where(
            Communication.channel == channel,
            Communication.direction == "in",
            Communication.provider_id == provider_id,
        )
    )


def add_inbound(
    session: Session,
    *,
    thread: Thread,
    channel: str,
    address: str,
    sender: str,
    body: str,
    media_count: int,
    provider_id: str | None,
    priority: int,
    now: datetime,
) -> Communication | None:
    """The message and its turn, in the caller's transaction; None if another process stored it just now."""
    message = Communication(
        thread_id=thread.id, patient_id=thread.patient_id, direction="in", channel=channel, address=address,
        sender=sender, kind="message", body=storable(body), media_count=media_count, quick_replies=[],
        provider_id=provider_id, position=0, status="received", attempts=0, created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(message)
    except IntegrityError:
        if provider_id is None or inbound_by_provider_id(session, channel, provider_id) is None:
            raise
        return None
    turn = Turn(
        communication_id=message.id, thread_id=thread.id, state="pending", priority=priority, created_at=now
    )
    session.add(turn)
    session.flush()
    return message


def add_outbound(
    session: Session,
    *,
    thread: Thread,
    answers: Communication | None,
    channel: str,
    address: str,
    kind: str,
    body: str,
    quick_replies: Sequence[dict[str, Any]] = (),
    position: int = 0,
    blocked: bool = False,
    now: datetime,
) -> Communication:
    """A message of the bot. A chat shows what is stored, so there it counts as sent; a text waits in the outbox."""
    status = "blocked" if blocked else "sent" if channel == "web" else "queued"
    message = Communication(
        thread_id=thread.id, patient_id=thread.patient_id, direction="out", channel=channel, address=address,
        sender="bot", kind=kind, body=storable(body), media_count=0, quick_replies=list(quick_replies),
        in_reply_to_id=answers.id if answers else None, position=position, status=status, attempts=0,
        next_attempt_at=now if status == "queued" else None, created_at=now,
        completed_at=None if status == "queued" else now,
    )
    session.add(message)
    session.flush()
    return message


def first_pending_turn(session: Session, thread_id: int) -> Turn | None:
    """The thread's oldest message that still waits."""
    return session.scalar(
        select(Turn)
        .where(Turn.thread_id == thread_id, Turn.state == "pending")
        .order_by(Turn.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def last_inbound(session: Session, thread_id: int) -> Communication | None:
    """The newest message that came in: its channel and address are the way to the patient."""
    return session.scalar(
        select(Communication)
        .where(Communication.thread_id == thread_id, Communication.direction == "in")
        .order_by(Communication.id.desc())
        .limit(1)
    )


def next_position(session: Session, communication_id: int) -> int:
    """Where one more reply to a message goes."""
    last = session.scalar(
        select(func.max(Communication.position)).where(Communication.in_reply_to_id == communication_id)
    )
    return 0 if last is None else last + 1
