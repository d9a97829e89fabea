"""A wait begins when a nurse is needed anew, and ends in time for the next person to be paged."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.console.due import due_at, waiting_since
from bot.records.models import FlagEvent

NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)  # a Tuesday in New York
ZONE = "America/New_York"


def history(*changes):
    """Events a minute apart, each written as (what happened, the level then)."""
    return [
        FlagEvent(event=event, level=level, recorded_at=NOON + timedelta(minutes=minute))
        for minute, (event, level) in enumerate(changes)
    ]


@pytest.mark.parametrize(
    ("changes", "minute"),
    [
        ((), 0),
        ((("opened", "urgent"),), 0),
        ((("opened", "urgent"), ("raised", "urgent")), 0),
        ((("opened", "urgent"), ("raised", "emergency")), 1),
        ((("opened", "routine"), ("raised", "urgent"), ("raised", "urgent")), 1),
        ((("opened", "urgent"), ("acknowledged", "urgent")), 0),
        ((("opened", "urgent"), ("acknowledged", "urgent"), ("reopened", "urgent")), 2),
        ((("opened", "urgent"), ("acknowledged", "urgent"), ("reopened", "emergency"), ("raised", "emergency")), 2),
    ],
)
def test_a_wait_begins_anew_when_the_flag_reopens_or_gets_worse(changes, minute):
    assert waiting_since(NOON, history(*changes)) == NOON + timedelta(minutes=minute)


@pytest.mark.parametrize(("level", "minutes"), [("emergency", 5), ("urgent", 15)])
def test_a_red_flag_is_due_before_the_on_call_is_paged(level, minutes):
    assert due_at(level, NOON, ZONE) == NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(("days_later", "due_day"), [(0, 11), (2, 13), (3, 16), (4, 16), (5, 16)])
def test_what_is_routine_is_due_by_the_end_of_the_next_working_day(days_later, due_day):
    due = due_at("routine", NOON + timedelta(days=days_later), ZONE)

    assert (due.day, due.hour, str(due.tzinfo)) == (due_day, 17, ZONE)
