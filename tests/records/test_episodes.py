"""Episodes: findings add up, the level only rises."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from bot.records import episodes, levels
from bot.records.levels import LEVELS
from tests.factories import NOW, make_organization, make_patient, make_thread


@pytest.fixture
def thread(session: Session):
    return make_thread(session, make_patient(session, make_organization(session)))


def test_findings_add_up_without_repeats_and_the_level_never_falls(session, thread):
    first = episodes.add(session, thread=thread, level="urgent", findings=["fever"], now=NOW)
    second = episodes.add(session, thread=thread, level="routine", findings=["no_relief", "fever"], now=NOW)
    assert second is first
    assert (first.level, first.findings) == ("urgent", ["fever", "no_relief"])


def test_expected_soreness_ends_by_itself_after_three_days(session, thread):
    old = episodes.add(session, thread=thread, level="self_care", findings=["expected_soreness"], now=NOW)
    later = NOW + timedelta(days=3, seconds=1)
    assert episodes.current(session, thread.id, later) is None
    new = episodes.add(session, thread=thread, level="routine", findings=["no_relief"], now=later)
    assert new.findings == ["no_relief"]
    assert old.closed_at == later


def test_what_a_nurse_must_see_does_not_end_by_itself(session, thread):
    episode = episodes.add(session, thread=thread, level="routine", findings=["no_relief"], now=NOW)
    assert episodes.current(session, thread.id, NOW + timedelta(days=300)) is episode


@given(st.lists(st.sampled_from(LEVELS), min_size=1))
def test_the_higher_of_levels_is_the_worst(given_levels):
    worst = given_levels[0]
    for level in given_levels[1:]:
        worst = levels.higher(worst, level)
    assert levels.rank(worst) == max(map(levels.rank, given_levels))
