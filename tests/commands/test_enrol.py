"""`enrol` prints the new patient's id, or refuses what cannot be by the name of its option."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.records.models import Patient
from tests.commands.conftest import CommandLine

GOOD = {"--name": "Rosa Vega", "--phone": "+15550100130", "--procedure-date": "2024-02-29"}


def arguments(**changes: str) -> list[str]:
    options = GOOD | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return ["enrol", *(part for option in options.items() for part in option)]


def only_patient(sessions: sessionmaker[Session]) -> Patient:
    with sessions() as session:
        return session.scalars(select(Patient)).one()


def test_a_new_patient_is_stored_and_the_id_printed(bot: CommandLine, sessions: sessionmaker[Session]) -> None:
    result = bot(*arguments(language="es", caregiver_phone="+15550100131"), "--blood-thinner")
    patient = only_patient(sessions)
    assert result.exit_code == 0, result.output
    assert result.output == f"{patient.id}\n"
    assert (patient.name, patient.phone, patient.language) == ("Rosa Vega", "+15550100130", "es")
    assert patient.blood_thinner is True


def test_without_a_time_zone_the_clinics_counts(bot: CommandLine, sessions: sessionmaker[Session]) -> None:
    bot(*arguments())
    assert only_patient(sessions).timezone == "America/New_York"


def test_a_blood_thinner_that_nobody_spoke_of_is_not_known(bot: CommandLine, sessions: sessionmaker[Session]) -> None:
    bot(*arguments())
    assert only_patient(sessions).blood_thinner is None


@pytest.mark.parametrize(
    ("changes", "option", "words"),
    [
        ({"phone": "12"}, "--phone", "is not a telephone number"),
        ({"procedure_date": "2999-01-01"}, "--procedure-date", "is in the future"),
        ({"procedure_date": "2023-02-29"}, "--procedure-date", "is not a day of the calendar"),
        ({"timezone": "Mars/Olympus"}, "--timezone", "is not a time zone"),
        ({"language": "fr"}, "--language", "'fr' is not one of"),
        ({"name": "  "}, "--name", "must have 1 to"),
        ({"caregiver_phone": "+15550100130"}, "--caregiver-phone", "is the patient's own number"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_option(
    bot: CommandLine, sessions: sessionmaker[Session], changes: dict[str, str], option: str, words: str
) -> None:
    result = bot(*arguments(**changes))
    assert result.exit_code != 0
    assert option in result.output
    assert words in result.output
    with sessions() as session:
        assert session.scalar(select(Patient.id)) is None


def test_the_same_number_twice_is_refused(bot: CommandLine, sessions: sessionmaker[Session]) -> None:
    bot(*arguments())
    result = bot(*arguments(name="Someone Else", phone="(555) 010-0130"))
    assert result.exit_code == 1
    assert result.output == "Error: --phone belongs to a patient who is enrolled already.\n"


def test_an_empty_database_is_told(bot: CommandLine, environment: pytest.MonkeyPatch) -> None:
    assert bot("database", "upgrade").exit_code == 0
    result = bot(*arguments())
    assert result.exit_code == 1
    assert "There is no clinic in the database yet" in result.output
