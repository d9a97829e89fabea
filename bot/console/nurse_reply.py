"""A nurse's own message to the patient: queued like every other message out, by the way the patient last wrote."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.models import Communication, Thread

LONGEST = 480


class CannotReply(Exception):
    """The message cannot be sent; the text says why in words for the nurse."""


def queue(session: Session, thread: Thread, body: str, now: datetime) -> Communication:
    """Store the message for the outbox, in the caller's transaction. Raises CannotReply."""
    if not body:
        raise CannotReply("Write a message first.")
    if len(body) > LONGEST:
        raise CannotReply(f"Shorten the message to {LONGEST} characters; it has {len(body)}.")
    last = session.scalar(
        select(Communication)
        .where(Communication.thread_id == thread.id)
        .order_by((Communication.direction == "in").desc(), Communication.id.desc())
        .limit(1)
    )
    if last is None:
        raise CannotReply("This patient has not written yet. Call them.")
    message = Communication(
        thread_id=thread.id, patient_id=thread.patient_id, direction="out", channel=last.channel, address=last.address,
        sender="nurse", kind="nurse", body=body, in_reply_to_id=None,
        # A chat shows what is stored; only a text message has to be sent.
        status="sent" if last.channel == "web" else "queued",
        next_attempt_at=None if last.channel == "web" else now,
        created_at=now,
    )
    session.add(message)
    session.flush()
    return message
