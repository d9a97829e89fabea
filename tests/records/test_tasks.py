"""Tasks: asked for once, due when the clinic works."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.records import tasks
from bot.records.models import Task
from tests.factories import NOW, TIMEZONE, make_organization, make_patient, make_thread


@pytest.fixture
def thread(session: Session):
    return make_thread(session, make_patient(session, make_organization(session)))


def test_what_still_waits_is_not_asked_for_twice_but_sooner(session, thread):
    later = tasks.request(session, thread=thread, kind="phone_call", due_at=NOW + timedelta(days=1), now=NOW)
    now = tasks.request(session, thread=thread, kind="phone_call", due_at=NOW, now=NOW)
    assert now is later
    assert later.due_at == NOW


def test_what_is_done_may_be_asked_for_again(session, thread):
    first = tasks.request(session, thread=thread, kind="phone_call", due_at=NOW, now=NOW)
    first.status = "completed"
    session.flush()
    assert tasks.request(session, thread=thread, kind="phone_call", due_at=NOW, now=NOW) is not first


def test_only_tasks_of_a_kind_whose_time_has_come_are_due(session, thread):
    due = tasks.request(session, thread=thread, kind="doubt_timeout", due_at=NOW, now=NOW)
    tasks.request(session, thread=thread, kind="callback", due_at=NOW, now=NOW)
    assert tasks.due(session, "doubt_timeout", NOW) == [due]
    assert tasks.due(session, "doubt_timeout", NOW - timedelta(seconds=1)) == []
    tasks.cancel(session, thread.id, "doubt_timeout", NOW)
    assert tasks.due(session, "doubt_timeout", NOW) == []
    assert session.get_one(Task, due.id, populate_existing=True).status == "cancelled"


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 10, 15, 0, tzinfo=UTC), "2026-03-11T17:00:00-04:00"),
        (datetime(2026, 3, 13, 15, 0, tzinfo=UTC), "2026-03-16T17:00:00-04:00"),  # Friday → Monday
        (datetime(2026, 3, 14, 15, 0, tzinfo=UTC), "2026-03-16T17:00:00-04:00"),
        (datetime(2026, 3, 11, 3, 0, tzinfo=UTC), "2026-03-11T17:00:00-04:00"),  # still the 10th in New York
    ],
)
def test_the_next_working_day_is_the_clinics(now, due):
    assert tasks.next_working_day(now, TIMEZONE).isoformat() == due
