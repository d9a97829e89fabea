"""Builds what tests start from: a clinic, its patients, their messages; and a clock that a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker

from bot.conversation.intake import Receipt, receive
from bot.records import people
from bot.records.models import Organization, Patient, Practitioner, Thread

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)  # a Tuesday morning in New York
TIMEZONE = "America/New_York"
CLINIC_PHONE = "+15550100999"
CLINIC_SMS = "+15550100900"
STRANGER = "+15550199001"

_numbers = count(5550110000)
_serials = count(1)


class SetClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, **by: float) -> None:
        self._now += timedelta(**by)


def phone_number() -> str:
    """A number that no other test uses."""
    return f"+1{next(_numbers)}"


def make_organization(session: Session, **changes: Any) -> Organization:
    values = {
        "name": "Riverside Spine Clinic", "phone": CLINIC_PHONE, "sms_number": CLINIC_SMS, "timezone": TIMEZONE,
        "answers": {}, "created_at": NOW,
    }
    made = Organization(**{**values, **changes})
    session.add(made)
    session.flush()
    return made


def make_patient(
    session: Session, organization: Organization, *, day: int = 3, now: datetime = NOW, **changes: Any
) -> Patient:
    """A patient `day` days after the procedure."""
    values: dict[str, Any] = {
        "name": "Walter Hughes",
        "phone": phone_number(),
        "procedure_date": now.astimezone(ZoneInfo(TIMEZONE)).date() - timedelta(days=day),
        "language": "en",
        "timezone": TIMEZONE,
        "blood_thinner": False,
        "caregiver_phone": None,
    }
    return people.enrol(session, organization_id=organization.id, now=now, **{**values, **changes})


def make_practitioner(session: Session, organization: Organization, **changes: Any) -> Practitioner:
    serial = next(_serials)
    values = {
        "organization_id": organization.id, "name": "Ana Reyes", "email": f"nurse{serial}@clinic.example",
        "password": None, "fs_uniquifier": f"nurse-{serial}", "created_at": NOW,
    }
    made = Practitioner(**{**values, **changes})
    session.add(made)
    session.flush()
    return made


def make_thread(session: Session, patient: Patient, now: datetime = NOW) -> Thread:
    made = Thread(
        organization_id=patient.organization_id, patient_id=patient.id, key=f"patient:{patient.id}", dialogue={},
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


class Clinic:
    """A clinic in a database, spoken of as a test would: who is enrolled, who writes what."""

    def __init__(self, sessions: sessionmaker[Session], clock: SetClock) -> None:
        self.sessions = sessions
        self.clock = clock
        with sessions.begin() as session:
            self.organization = make_organization(session)

    def patient(self, **details: Any) -> Patient:
        """A new patient; `day` is days since the procedure."""
        with self.sessions.begin() as session:
            return make_patient(session, self.organization, now=self.clock.now(), **details)

    def nurse(self) -> Practitioner:
        with self.sessions.begin() as session:
            return make_practitioner(session, self.organization)

    def text(self, phone: str | None, body: str, *, sid: str | None = None, media: int = 0) -> Receipt:
        """A text message comes in from a number."""
        assert phone is not None
        with self.sessions() as session:
            return receive(
                session, organization=self.organization, channel="sms", address=phone, body=body,
                provider_id=sid or f"SM{next(_serials):032d}", now=self.clock.now(), media_count=media,
            )

    def chat(self, public_id: str, body: str, *, patient: Patient | None = None) -> Receipt:
        """A message comes in from a chat session."""
        with self.sessions() as session:
            return receive(
                session, organization=self.organization, channel="web", address=public_id, body=body,
                provider_id=f"{public_id}:{next(_serials)}", now=self.clock.now(),
                patient_id=patient.id if patient else None,
            )
