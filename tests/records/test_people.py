"""Enrolling patients and finding who is behind a number."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.records import people
from bot.records.models import AuditEvent, Patient
from bot.records.people import EnrolmentError, NoOrganization
from tests.factories import CLINIC_SMS, NOW, make_organization, make_patient, phone_number


@pytest.fixture
def organization(session: Session):
    return make_organization(session)


def test_a_patient_is_enrolled_with_number_procedure_and_caregiver(session, organization):
    patient = make_patient(session, organization, phone="(212) 555-0123", caregiver_phone="+52 55 1234 5678", day=3)
    assert patient.phone == "+12125550123"
    assert [person.phone for person in patient.related_persons] == ["+525512345678"]
    assert people.day_since_procedure(patient, NOW) == 3


def test_an_enrolment_is_audited_without_a_name_or_number(session, organization):
    patient = make_patient(session, organization)
    event = session.query(AuditEvent).filter_by(action="patient.enrolled").one()
    assert (event.entity, event.entity_id, event.detail) == ("patient", patient.id, {})


@pytest.mark.parametrize(
    ("field", "details"),
    [
        ("name", {"name": "  \n "}),
        ("name", {"name": "x" * 201}),
        ("phone", {"phone": "12"}),
        ("phone", {"phone": "1-800-FLOWERS"}),
        ("phone", {"phone": "+999123456789"}),
        ("phone", {"phone": ""}),
        ("caregiver_phone", {"caregiver_phone": "not a number"}),
        ("caregiver_phone", {"phone": "+15550100123", "caregiver_phone": "+1 555 010 0123"}),
        ("language", {"language": "fr"}),
        ("timezone", {"timezone": "Mars/Olympus"}),
        ("timezone", {"timezone": "../../etc/passwd"}),
        ("timezone", {"timezone": "America"}),
        ("timezone", {"timezone": ""}),
        ("procedure_date", {"day": -1}),
    ],
)
def test_what_cannot_be_is_refused_by_name(session, organization, field, details):
    with pytest.raises(EnrolmentError) as refused:
        make_patient(session, organization, **details)
    assert refused.value.field == field
    assert session.query(Patient).count() == 0


def test_the_same_number_is_not_enrolled_twice_while_the_patient_is_active(session, organization):
    first = make_patient(session, organization, phone="+15550100123")
    with pytest.raises(EnrolmentError) as refused:
        make_patient(session, organization, phone="+1 555 010 0123")
    assert refused.value.field == "phone"
    first.status = "discharged"
    session.flush()
    again = make_patient(session, organization, phone="+15550100123")
    assert [patient.id for patient in people.patients_at(session, "+15550100123")] == [again.id, first.id]


def test_a_name_of_any_characters_can_be_stored(session, organization):
    patient = make_patient(session, organization, name="Ana\x00 \ud800 Ñandú 🎈")
    session.commit()
    session.refresh(patient)
    assert patient.name == "Ana\ufffd \ufffd Ñandú 🎈"


@pytest.mark.parametrize(
    ("timezone", "allowed"), [("Pacific/Auckland", True), ("America/New_York", False)]
)
def test_whether_a_date_is_in_the_future_is_told_where_the_patient_lives(session, organization, timezone, allowed):
    """At noon UTC on 10 March it is the 11th already in Auckland."""
    noon = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
    details = {"procedure_date": date(2026, 3, 11), "timezone": timezone, "now": noon}
    if allowed:
        assert people.day_since_procedure(make_patient(session, organization, **details), noon) == 0
    else:
        with pytest.raises(EnrolmentError):
            make_patient(session, organization, **details)


def test_the_day_changes_at_midnight_where_the_patient_lives(session, organization):
    patient = make_patient(session, organization, procedure_date=date(2026, 3, 9), timezone="America/Los_Angeles")
    before = datetime(2026, 3, 10, 6, 59, tzinfo=UTC)
    assert people.day_since_procedure(patient, before) == 0
    assert people.day_since_procedure(patient, before + timedelta(minutes=1)) == 1


def test_without_a_procedure_no_day_is_known(session, organization):
    patient = make_patient(session, organization)
    patient.procedures.clear()
    assert people.day_since_procedure(patient, NOW) is None


def test_a_number_finds_its_own_patient_before_those_cared_for(session, organization):
    number = phone_number()
    cared_for = make_patient(session, organization, caregiver_phone=number)
    own = make_patient(session, organization, phone=number)
    assert [patient.id for patient in people.patients_at(session, number)] == [own.id, cared_for.id]
    assert people.patients_at(session, phone_number()) == []


def test_the_clinic_is_known_by_the_number_that_was_texted(session, organization):
    assert people.organization_by_sms_number(session, CLINIC_SMS) is organization
    assert people.organization_by_sms_number(session, "+15550000000") is None
    assert people.default_organization(session) is organization


def test_without_any_clinic_there_is_no_default(session):
    with pytest.raises(NoOrganization):
        people.default_organization(session)
