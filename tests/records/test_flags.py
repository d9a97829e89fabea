"""A flag's life, and the order of the queue."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records import episodes, flags, tasks
from bot.records.flags import ACKNOWLEDGED, CLOSED, OPEN, TRANSITIONS, IllegalTransition, Raised
from bot.records.models import Episode, FlagEvent, Task, Thread
from tests.factories import NOW, make_organization, make_patient, make_practitioner, make_thread


@pytest.fixture
def organization(session: Session):
    return make_organization(session)


@pytest.fixture
def thread(session: Session, organization) -> Thread:
    return make_thread(session, make_patient(session, organization))


@pytest.fixture
def nurse(session: Session, organization) -> int:
    return make_practitioner(session, organization).id


def raise_flag(session, thread, level="urgent", findings=("fever",), *, reason="finding", now=NOW) -> Raised:
    episode = episodes.add(session, thread=thread, level=level, findings=findings, now=now)
    return flags.raise_flag(
        session, thread=thread, episode=episode, level=level, findings=findings, reason=reason,
        communication_id=None, now=now,
    )


def events_of(session: Session, flag) -> list[tuple[str | None, str, str]]:
    rows = session.scalars(select(FlagEvent).where(FlagEvent.flag_id == flag.id).order_by(FlagEvent.id))
    return [(row.from_state, row.event, row.to_state) for row in rows]


def test_a_flag_is_opened_acknowledged_and_closed_and_each_step_is_kept(session, thread, nurse):
    flag = raise_flag(session, thread).flag
    flags.acknowledge(session, flag, nurse, NOW)
    flags.close(session, flag, nurse, "called, went to the ER", NOW)
    assert events_of(session, flag) == [
        (None, "opened", OPEN), (OPEN, "acknowledged", ACKNOWLEDGED), (ACKNOWLEDGED, "closed", CLOSED),
    ]
    assert (flag.closed_by_id, flag.close_reason) == (nurse, "called, went to the ER")


def test_closing_a_flag_closes_its_episode_and_the_next_finding_opens_a_new_one(session, thread, nurse):
    first = raise_flag(session, thread).flag
    flags.close(session, first, nurse, "done", NOW)
    assert session.get_one(Episode, first.episode_id).closed_at == NOW
    second = raise_flag(session, thread).flag
    assert second.id != first.id
    assert second.episode_id != first.episode_id


def test_a_worse_finding_raises_the_open_flag_and_never_lowers_it(session, thread):
    flag = raise_flag(session, thread, "urgent", ["fever"]).flag
    assert raise_flag(session, thread, "emergency", ["chest_pain"]).event == "raised"
    assert raise_flag(session, thread, "routine", ["no_relief"]).event == "raised"
    assert (flag.level, flag.rank, flag.findings) == ("emergency", 4, ["fever", "chest_pain", "no_relief"])


def test_the_same_finding_again_is_no_news(session, thread):
    raise_flag(session, thread)
    assert raise_flag(session, thread).event is None


@pytest.mark.parametrize(
    ("level", "reason", "expected"),
    [
        ("urgent", "finding", "reopened"),
        ("emergency", "finding", "reopened"),
        ("routine", "unread", "reopened"),
        ("routine", "media", "raised"),
    ],
)
def test_an_acknowledged_flag_reopens_for_a_red_flag_or_an_unread_message(
    session, thread, nurse, level, reason, expected
):
    flag = raise_flag(session, thread, "urgent", ["fever"], reason="finding").flag
    flags.acknowledge(session, flag, nurse, NOW)
    event = raise_flag(session, thread, level, [], reason=reason).event
    assert event == expected
    assert flag.state == (OPEN if expected == "reopened" else ACKNOWLEDGED)
    assert (flag.acknowledged_by_id is None) == (expected == "reopened")


def test_every_step_that_the_table_does_not_have_is_refused(session, thread, nurse):
    allowed = {(before, event) for _, before, event, _ in TRANSITIONS}
    flag = raise_flag(session, thread).flag
    for state, (event, act) in product(
        (OPEN, ACKNOWLEDGED, CLOSED),
        {
            "acknowledged": lambda: flags.acknowledge(session, flag, nurse, NOW),
            "closed": lambda: flags.close(session, flag, nurse, "done", NOW),
        }.items(),
    ):
        flag.state = state
        session.flush()
        if (state, event) in allowed:
            continue
        with pytest.raises(IllegalTransition, match=event):
            act()
        assert flag.state == state


def test_the_transitions_are_numbered_without_gaps():
    assert [number for number, *_ in TRANSITIONS] == list(range(1, len(TRANSITIONS) + 1))


def test_acknowledging_ends_the_paging_and_closing_ends_everything(session, thread, nurse):
    flag = raise_flag(session, thread).flag
    page = tasks.request(session, thread=thread, kind="page_nurse", due_at=NOW, flag_id=flag.id, now=NOW)
    callback = tasks.request(session, thread=thread, kind="callback", due_at=NOW, flag_id=flag.id, now=NOW)
    flags.acknowledge(session, flag, nurse, NOW)
    assert [session.get_one(Task, t.id, populate_existing=True).status for t in (page, callback)] == [
        "completed", "requested",
    ]
    flags.close(session, flag, nurse, "done", NOW)
    assert session.get_one(Task, callback.id, populate_existing=True).status == "completed"


def test_the_queue_is_worst_first_then_waiting_before_acknowledged_then_oldest(session, organization, nurse):
    def flag(level: str, minutes: int, *, acknowledged: bool = False) -> int:
        thread = make_thread(session, make_patient(session, organization))
        made = raise_flag(session, thread, level, now=NOW + timedelta(minutes=minutes)).flag
        if acknowledged:
            flags.acknowledge(session, made, nurse, NOW)
        return made.id

    seen = flag("emergency", 0, acknowledged=True)
    late, early = flag("urgent", 9), flag("urgent", 5)
    worst = flag("emergency", 20)
    least = flag("routine", 1)
    assert [item.id for item in flags.open_flags(session)] == [worst, seen, early, late, least]


def test_a_clinic_sees_its_own_queue_without_what_is_closed(session, organization, thread, nurse):
    elsewhere = make_organization(session, sms_number="+15550100901")
    theirs = raise_flag(session, make_thread(session, make_patient(session, elsewhere))).flag
    ours = raise_flag(session, thread).flag
    assert flags.open_flags(session, elsewhere.id) == [theirs]
    flags.close(session, ours, nurse, "done", NOW)
    assert flags.open_flags(session, organization.id) == []
