"""Taking a message in: stored in one transaction with the work that it makes, whoever wrote it, whatever it holds."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversation.reading import context_of
from bot.records import audit, communications, people, threads
from bot.records.models import Communication, Organization, Patient
from bot.records.models.base import storable
from bot.triage import Disposition, assess

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a message went. `duplicate`: it had been taken in before, and this time nothing was stored."""

    communication_id: int
    thread_id: int
    duplicate: bool


def receive(
    session: Session,
    *,
    organization: Organization,
    channel: str,
    address: str,
    body: str,
    provider_id: str | None,
    now: datetime,
    media_count: int = 0,
    patient_id: int | None = None,
) -> Receipt:
    """Store the message and its turn, and commit. `address` is an E.164 number or a chat session's public id.

    `patient_id` is given by the chat, which knows whose it is; a number is looked up. Once this has returned, no crash
    loses the message.
    """
    known = _known(session, channel, provider_id)
    if known is None:
        patient, sender = _who(session, channel, address, patient_id)
        key = f"patient:{patient.id}" if patient else f"{channel}:{address}"
        priority = _priority(session, patient, key, body, now)
        thread = threads.get_or_create(
            session,
            key=key,
            organization_id=patient.organization_id if patient else organization.id,
            patient_id=patient.id if patient else None,
            now=now,
        )
        message = communications.add_inbound(
            session, thread=thread, channel=channel, address=address, sender=sender, body=body,
            media_count=media_count, provider_id=provider_id, priority=priority, now=now,
        )
        if message is not None:
            audit.record(
                session, actor=f"patient:{patient.id}" if patient else "unknown", action="communication.received",
                entity="communication", entity_id=message.id, detail={"channel": channel}, now=now,
            )
            session.commit()
            return Receipt(message.id, thread.id, duplicate=False)
        known = _known(session, channel, provider_id)
    session.commit()
    assert known is not None
    return Receipt(known.id, known.thread_id, duplicate=True)


def _known(session: Session, channel: str, provider_id: str | None) -> Communication | None:
    return communications.inbound_by_provider_id(session, channel, provider_id) if provider_id else None


def _who(session: Session, channel: str, address: str, patient_id: int | None) -> tuple[Patient | None, str]:
    """The patient whom the message is about, and who wrote it."""
    if patient_id is not None:
        return session.get_one(Patient, patient_id), "patient"
    found = people.patients_at(session, address) if channel == "sms" else []
    if not found:
        return None, "unknown"
    return found[0], "patient" if found[0].phone == address else "caregiver"


def _priority(session: Session, patient: Patient | None, key: str, body: str, now: datetime) -> int:
    """The level at a first look: the most severe message is taken first. What cannot be read comes early too.

    It is found before the thread is locked, so that nobody waits for the reading.
    """
    context = context_of(session, patient, threads.find(session, key), now)
    try:
        return int(assess(storable(body), context).disposition)
    except Exception as error:  # noqa: BLE001 - no fault in reading may keep a message from being stored
        logger.error("screen failed at intake", extra={"error": type(error).__name__})  # noqa: TRY400 - a trace may hold patient text
        return int(Disposition.URGENT)
