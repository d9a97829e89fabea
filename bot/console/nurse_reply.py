"""A nurse's own message to the patient: queued like every other message out, by the way the patient last wrote."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.records import communications, consents
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
    last = communications.last_inbound(session, thread.id)
    if last is None:
        raise CannotReply("This patient has not written yet. Call them.")
    if consents.is_opted_out(session, last.channel, last.address):
        raise CannotReply("This patient opted out of text messages. Call them.")
    message = communications.add_outbound(
        session, thread=thread, answers=None, channel=last.channel, address=last.address, kind="nurse", body=body,
        now=now,
    )
    message.sender = "nurse"
    return message
