"""Claiming a turn: which message is next, and all that is needed to answer it, read in one short transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from bot.conversation.language import reply_language
from bot.conversation.reading import context_of
from bot.records import chat_sessions, communications, consents, threads
from bot.records.models import Thread, Turn
from bot.records.threads import Lease
from bot.triage import Context


@dataclass(frozen=True, slots=True)
class ClaimedTurn:
    """A message that this worker, and no other, may answer until its lease runs out."""

    lease: Lease
    turn_id: int
    communication_id: int
    attempt: int
    now: datetime
    text: str
    media_count: int
    channel: str
    address: str
    sender: str
    context: Context
    language: str  # to answer in
    dialogue: Mapping[str, Any]
    doubt: Mapping[str, Any] | None
    owned: bool
    opted_out: bool
    clinic_phone: str
    clinic_answers: Mapping[str, Any]

    @property
    def known(self) -> bool:
        """Whether the message is about one of our patients."""
        return self.sender != "unknown"

    @property
    def wordless(self) -> bool:
        """Whether there is no text at all."""
        return not self.text.strip()


def claim(sessions: sessionmaker[Session], *, worker: str, now: datetime, lease_seconds: float) -> ClaimedTurn | None:
    """Lease a thread and count one attempt at its oldest message; None where nothing waits."""
    with sessions() as session:
        if not threads.has_waiting(session, now):
            return None
    with sessions.begin() as session:
        lease = threads.lease_next(session, worker=worker, now=now, seconds=lease_seconds)
        if lease is None:
            return None
        thread = threads.lock(session, lease.thread_id)
        turn = communications.first_pending_turn(session, thread.id)
        if turn is None:  # another worker was quicker between the two looks
            threads.release(thread)
            return None
        turn.attempts += 1
        return _read(session, lease, thread, turn, now)


def _read(session: Session, lease: Lease, thread: Thread, turn: Turn, now: datetime) -> ClaimedTurn:
    message = turn.communication
    context = context_of(session, thread.patient, thread, now)
    usual = context.language
    if message.channel == "web" and thread.patient_id is None:
        usual = chat_sessions.language_of(session, message.address) or usual
    return ClaimedTurn(
        lease=lease,
        turn_id=turn.id,
        communication_id=message.id,
        attempt=turn.attempts,
        now=now,
        text=message.body,
        media_count=message.media_count,
        channel=message.channel,
        address=message.address,
        sender=message.sender,
        context=context,
        language=reply_language(message.body, usual),
        dialogue=dict(thread.dialogue),
        doubt=thread.doubt,
        owned=thread.owner_id is not None,
        opted_out=consents.is_opted_out(session, message.channel, message.address),
        clinic_phone=thread.organization.phone,
        clinic_answers=dict(thread.organization.answers),
    )
