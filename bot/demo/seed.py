"""The demo's clinic, patients and nurse, made once in an empty database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console.practitioners import add_practitioner
from bot.records.models import Organization
from bot.records.people import enrol
from bot.settings import load_settings

TIMEZONE = "America/New_York"
NURSE_EMAIL = "nurse@demo.example"


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """How the demo's nurse signs in. The password is known nowhere else: only its hash is stored."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class _DemoPatient:
    name: str
    phone: str
    day: int
    language: str
    blood_thinner: bool


_PATIENTS = (
    _DemoPatient("Walter Hughes", "+15550100123", 3, "en", blood_thinner=False),
    _DemoPatient("Carmen Ortiz", "+15550100124", 1, "es", blood_thinner=False),
    _DemoPatient("Dorothy Klein", "+15550100125", 10, "en", blood_thinner=True),
)


def seed_demo(session: Session, now: datetime, *, password_salt: SecretStr | None = None) -> DemoAccess | None:
    """Fill an empty database and commit; None, and nothing changed, where there is a clinic already."""
    if session.scalar(select(Organization.id).limit(1)) is not None:
        return None
    clinic = Organization(
        name="Riverside Spine Clinic",
        phone="+15550100999",
        sms_number="+15550100900",
        timezone=TIMEZONE,
        answers={},
        created_at=now,
    )
    session.add(clinic)
    session.flush()
    today = now.astimezone(ZoneInfo(TIMEZONE)).date()
    for patient in _PATIENTS:
        enrol(
            session,
            organization_id=clinic.id,
            name=patient.name,
            phone=patient.phone,
            procedure_date=today - timedelta(days=patient.day),
            language=patient.language,
            timezone=TIMEZONE,
            blood_thinner=patient.blood_thinner,
            caregiver_phone=None,
            now=now,
        )
    access = DemoAccess(NURSE_EMAIL, secrets.token_urlsafe(12))
    add_practitioner(
        session,
        organization_id=clinic.id,
        name="Nurse Demo",
        email=access.email,
        password=access.password,
        password_salt=password_salt or load_settings().password_salt,
        now=now,
    )
    session.commit()
    return access
