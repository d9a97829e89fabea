"""What is known about a patient when a message is read: triage's context, put together from the records."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.records import episodes
from bot.records.models import Patient, Thread
from bot.records.people import day_since_procedure
from bot.triage import CHECK_IN_ITEMS, Context

#: After this long a bare "yes" is no answer to what was asked.
_ANSWERABLE = timedelta(hours=24)


def context_of(session: Session, patient: Patient | None, thread: Thread | None, now: datetime) -> Context:
    """The context for a message about `patient` that comes in `thread` now; either may not be known yet."""
    episode = episodes.current(session, thread.id, now) if thread else None
    return Context(
        day=day_since_procedure(patient, now) if patient else None,
        blood_thinner=patient.blood_thinner if patient else None,
        asked=asked_in(thread, now) if thread else None,
        language=patient.language if patient else "en",
        risks=frozenset(patient.risks) if patient else frozenset(),
        episode=tuple(episode.findings) if episode else (),
    )


def asked_in(thread: Thread, now: datetime) -> str | None:
    """The question that waits for an answer: a doubt before a check-in item."""
    if thread.doubt:
        return f"doubt:{thread.doubt['finding']}"
    if thread.asked is None or thread.asked_at is None or now - thread.asked_at > _ANSWERABLE:
        return None
    return thread.asked if thread.asked in CHECK_IN_ITEMS else None
