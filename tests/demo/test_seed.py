"""The demo fills an empty database once."""

from sqlalchemy import func, select

from bot.demo.seed import NURSE_EMAIL, seed_demo
from bot.records.models import Organization, Patient, Practitioner
from bot.records.people import day_since_procedure


def test_an_empty_database_gets_a_clinic_three_patients_and_a_nurse(service):
    now = service.clock.now()
    with service.sessions() as session:
        patients = session.scalars(select(Patient)).all()
        assert sorted(day_since_procedure(patient, now) for patient in patients) == [1, 3, 10]
        assert [patient.blood_thinner for patient in patients].count(True) == 1
        assert session.scalar(select(func.count()).select_from(Organization)) == 1
        assert session.scalars(select(Practitioner.email)).all() == [NURSE_EMAIL]


def test_the_nurses_password_is_random_and_stored_as_a_hash_only(service):
    with service.sessions() as session:
        kept = session.scalar(select(Practitioner.password))

    assert len(service.access.password) >= 16
    assert kept.startswith("$argon2")
    assert service.access.password not in kept


def test_a_database_with_a_clinic_is_left_alone(service):
    with service.sessions() as session:
        assert seed_demo(session, service.clock.now(), password_salt=service.settings.password_salt) is None
        assert session.scalar(select(func.count()).select_from(Patient)) == 3
