"""Who is who: enrolling a patient, finding the people behind a number, counting the days since the procedure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import phonenumbers
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records import audit
from bot.records.models import Organization, Patient, Procedure, RelatedPerson
from bot.records.models.base import storable

LANGUAGES = ("en", "es")
#: Numbers without a country code are read as this region's.
_REGION = "US"
_NAME_LENGTH = 200


class EnrolmentError(Exception):
    """The patient cannot be enrolled: `field` names what is wrong and `message` says why, in words for a clinic."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class NoOrganization(Exception):
    """The database holds no clinic yet."""


def enrol(
    session: Session,
    *,
    organization_id: int,
    name: str,
    phone: str,
    procedure_date: date | None,
    language: str,
    timezone: str,
    blood_thinner: bool | None,
    caregiver_phone: str | None,
    now: datetime,
) -> Patient:
    """A new patient, with the procedure if its date is known, in the caller's transaction. Raises EnrolmentError."""
    name = storable(" ".join(name.split()))
    if not 0 < len(name) <= _NAME_LENGTH:
        raise EnrolmentError("name", f"must have 1 to {_NAME_LENGTH} characters")
    number = e164(phone, "phone")
    if language not in LANGUAGES:
        raise EnrolmentError("language", f"must be one of {', '.join(LANGUAGES)}")
    today = now.astimezone(zone(timezone)).date()
    if procedure_date is not None and procedure_date > today:
        raise EnrolmentError("procedure_date", f"{procedure_date} is in the future in {timezone}")
    caregiver = e164(caregiver_phone, "caregiver_phone") if caregiver_phone else None
    if caregiver == number:
        raise EnrolmentError("caregiver_phone", "is the patient's own number")
    patient = Patient(
        organization_id=organization_id, name=name, phone=number, language=language, timezone=timezone,
        blood_thinner=blood_thinner, risks=[], status="active", created_at=now,
    )
    if procedure_date is not None:
        patient.procedures.append(Procedure(code="vertebroplasty", performed_on=procedure_date))
    if caregiver:
        patient.related_persons.append(RelatedPerson(phone=caregiver, created_at=now))
    try:
        with session.begin_nested():
            session.add(patient)
    except IntegrityError as error:
        if _is_enrolled(session, number):
            raise EnrolmentError("phone", "belongs to a patient who is enrolled already") from error
        raise
    audit.record(
        session, actor="system:enrol", action="patient.enrolled", entity="patient", entity_id=patient.id, now=now
    )
    return patient


def e164(number: str, field: str) -> str:
    """The number in E.164. Raises EnrolmentError that names `field`."""
    refused = EnrolmentError(field, "is not a telephone number; write it with its country code, such as +15550100123")
    if any(character.isalpha() for character in number):
        raise refused
    try:
        parsed = phonenumbers.parse(number, _REGION)
    except phonenumbers.NumberParseException as error:
        raise refused from error
    if not phonenumbers.is_possible_number(parsed):
        raise refused
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def zone(name: str) -> ZoneInfo:
    """The time zone called `name`. Raises EnrolmentError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # ZoneInfo raises OSError for the name of a folder
        raise EnrolmentError("timezone", f"{name!r} is not a time zone; use a name such as America/New_York") from error


def patients_at(session: Session, phone: str) -> list[Patient]:
    """Those who may be meant by a text from this number: whose own it is first, then those cared for, newest first."""
    own = Patient.phone == phone
    cared_for = Patient.related_persons.any(RelatedPerson.phone == phone)
    found = session.scalars(select(Patient).where(or_(own, cared_for)))
    return sorted(found, key=lambda p: (p.phone != phone, p.status != "active", -p.id))


def day_since_procedure(patient: Patient, now: datetime) -> int | None:
    """Whole days since the last procedure, counted by the calendar where the patient lives; None if none is known."""
    today = now.astimezone(ZoneInfo(patient.timezone)).date()
    days = [(today - procedure.performed_on).days for procedure in patient.procedures]
    return min((day for day in days if day >= 0), default=None)


def default_organization(session: Session) -> Organization:
    """The first clinic: the one that a message belongs to when nothing tells otherwise. Raises NoOrganization."""
    found = session.scalar(select(Organization).order_by(Organization.id).limit(1))
    if found is None:
        raise NoOrganization("The database holds no clinic; add one first.")
    return found


def organization_by_sms_number(session: Session, number: str) -> Organization | None:
    """The clinic whose patients text this number."""
    return session.scalar(select(Organization).where(Organization.sms_number == number))


def _is_enrolled(session: Session, number: str) -> bool:
    return session.scalar(select(Patient.id).where(Patient.phone == number, Patient.status == "active")) is not None
