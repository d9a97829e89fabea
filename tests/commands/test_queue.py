"""`queue` lists what nurses have not closed, worst first, by ids only."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.commands.queue import age
from bot.conversation.clock import SystemClock
from bot.records.models import Episode, Flag, Thread
from bot.records.people import default_organization, enrol
from tests.commands.conftest import CommandLine

RANKS = {"routine": 2, "urgent": 3, "emergency": 4}


@pytest.fixture
def flagged(sessions: sessionmaker[Session]) -> dict[str, int]:
    """A patient flagged by three threads; gives the id of each flag by its level, and of the patient."""
    now = SystemClock().now()
    with sessions.begin() as session:
        clinic = default_organization(session)
        patient = enrol(
            session, organization_id=clinic.id, name="Rosa Vega", phone="+15550100130",
            procedure_date=date(2024, 2, 29), language="en", timezone=clinic.timezone, blood_thinner=None,
            caregiver_phone=None, now=now,
        )
        ids = {"patient": patient.id}
        for level, state in (("routine", "open"), ("emergency", "open"), ("urgent", "acknowledged")):
            opened = now - timedelta(minutes=12)
            thread = Thread(organization_id=clinic.id, patient_id=patient.id, key=f"web:{level}", created_at=opened)
            session.add(thread)
            session.flush()
            episode = Episode(thread_id=thread.id, level=level, opened_at=opened, updated_at=opened)
            session.add(episode)
            session.flush()
            flag = Flag(
                thread_id=thread.id, patient_id=patient.id, episode_id=episode.id, level=level, rank=RANKS[level],
                findings=["leg_paralysis", "saddle_numbness"], state=state, opened_at=opened, updated_at=opened,
            )
            session.add(flag)
            session.flush()
            ids[level] = flag.id
    return ids


def test_an_empty_queue_says_so(bot: CommandLine, sessions: sessionmaker[Session]) -> None:
    assert bot("queue").output == "No open flags.\n"
    assert json.loads(bot("queue", "--json").output) == []


def test_the_worst_is_listed_first(bot: CommandLine, flagged: dict[str, int]) -> None:
    heading, *rows = bot("queue").output.splitlines()
    assert heading.split() == ["flag", "patient", "level", "state", "age", "findings"]
    assert [row.split()[2] for row in rows] == ["emergency", "urgent", "routine"]
    assert rows[0].split(maxsplit=3)[-1] == "open          12 min  leg_paralysis, saddle_numbness"


def test_other_programs_get_json(bot: CommandLine, flagged: dict[str, int]) -> None:
    first = json.loads(bot("queue", "--json").output)[0]
    assert first.pop("age_seconds") == pytest.approx(720, abs=30)
    assert first == {
        "id": flagged["emergency"],
        "patient_id": flagged["patient"],
        "level": "emergency",
        "findings": ["leg_paralysis", "saddle_numbness"],
        "state": "open",
    }


def test_no_name_and_no_number_reaches_the_terminal(bot: CommandLine, flagged: dict[str, int]) -> None:
    shown = bot("queue").output + bot("queue", "--json").output
    assert "Rosa" not in shown
    assert "0130" not in shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (11_100, "3 h 05 min"), (187_200, "2 d 4 h")]
)
def test_an_age_is_told_in_its_two_largest_units(seconds: int, shown: str) -> None:
    assert age(seconds) == shown
