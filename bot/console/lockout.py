"""Wrong passwords: counted for each practitioner; the fifth locks the account for a while. Every attempt is audited."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.conversation.services import Services
from bot.records import audit
from bot.records.models import Practitioner

MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)


def note_failure(services: Services, practitioner_id: int) -> None:
    """Count a wrong password, and lock at the fifth. A locked account counts none: no lock lasts for ever."""
    now = services.clock.now()
    with services.sessions.begin() as session:
        session.execute(
            update(Practitioner)
            .where(Practitioner.id == practitioner_id)
            .values(failed_logins=Practitioner.failed_logins + 1)
        )
        practitioner = session.get_one(Practitioner, practitioner_id)
        action = "login.failed"
        if _is_locked(practitioner, now):
            practitioner.failed_logins = 0
        elif practitioner.failed_logins >= MAX_FAILURES:
            practitioner.failed_logins = 0
            practitioner.locked_until = now + LOCKED_FOR
            action = "login.locked"
        _record(session, action, practitioner_id, now)


def refuses(services: Services, practitioner_id: int) -> bool:
    """Whether even the right password, which was just given, does not open the account now."""
    now = services.clock.now()
    with services.sessions.begin() as session:
        locked = _is_locked(session.get_one(Practitioner, practitioner_id), now)
        if locked:
            _record(session, "login.refused", practitioner_id, now)
    return locked


def note_success(services: Services, practitioner_id: int) -> None:
    """Forget the wrong passwords that came before a right one."""
    with services.sessions.begin() as session:
        practitioner = session.get_one(Practitioner, practitioner_id)
        practitioner.failed_logins = 0
        practitioner.locked_until = None
        _record(session, "login.succeeded", practitioner_id, services.clock.now())


def note_unknown(services: Services) -> None:
    """Audit an attempt with an address that nobody has."""
    with services.sessions.begin() as session:
        _record(session, "login.unknown", None, services.clock.now())


def _is_locked(practitioner: Practitioner, now: datetime) -> bool:
    return practitioner.locked_until is not None and practitioner.locked_until > now


def _record(session: Session, action: str, practitioner_id: int | None, now: datetime) -> None:
    actor = f"practitioner:{practitioner_id}" if practitioner_id else "system:console"
    audit.record(session, actor=actor, action=action, entity="practitioner", entity_id=practitioner_id, now=now)
