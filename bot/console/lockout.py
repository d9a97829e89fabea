"""Wrong passwords: counted for each practitioner; the fifth locks the account for a while. Every attempt is audited."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

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
        if practitioner.locked_until is not None and practitioner.locked_until > now:
            practitioner.failed_logins = 0
        elif practitioner.failed_logins >= MAX_FAILURES:
            practitioner.failed_logins = 0
            practitioner.locked_until = now + LOCKED_FOR
            action = "login.locked"
        audit.record(
            session, actor=f"practitioner:{practitioner_id}", action=action, entity="practitioner",
            entity_id=practitioner_id, detail={}, now=now,
        )


def note_unknown(services: Services) -> None:
    """Audit an attempt with an address that nobody has."""
    with services.sessions.begin() as session:
        audit.record(
            session, actor="system:console", action="login.unknown", entity="practitioner", entity_id=None, detail={},
            now=services.clock.now(),
        )


def note_success(services: Services, practitioner_id: int) -> None:
    """Forget the wrong passwords that came before a right one."""
    with services.sessions.begin() as session:
        practitioner = session.get_one(Practitioner, practitioner_id)
        practitioner.failed_logins = 0
        practitioner.locked_until = None
        audit.record(
            session, actor=f"practitioner:{practitioner_id}", action="login.succeeded", entity="practitioner",
            entity_id=practitioner_id, detail={}, now=services.clock.now(),
        )


def is_locked(services: Services, practitioner_id: int) -> bool:
    """Whether even the right password is refused now."""
    now = services.clock.now()
    with services.sessions() as session:
        until = session.get_one(Practitioner, practitioner_id).locked_until
    return until is not None and until > now
