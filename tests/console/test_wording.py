"""A nurse reads plain words: every id of the protocol has some, and times are the clinic's."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.console import wording
from bot.triage import STATUSES, Disposition
from bot.triage.protocol import load_protocol


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=-5), "under 1 min"),
        (timedelta(seconds=59), "under 1 min"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=3, minutes=5), "3 h 05 min"),
        (timedelta(days=2, hours=4, minutes=59), "2 d 4 h"),
    ],
)
def test_spans_of_time_are_short(length, said):
    assert wording.span(length) == said


def test_a_moment_is_told_in_the_clinics_time():
    assert wording.at(datetime(2026, 3, 10, 2, 5, tzinfo=UTC), ZoneInfo("America/New_York")) == "Mon 9 Mar, 22:05"


def test_every_level_has_a_label_and_they_are_listed_from_the_worst():
    assert [level.id for level in sorted(Disposition, reverse=True)] == list(wording.LEVELS)
    assert len({wording.level_label(level) for level in wording.LEVELS}) == len(wording.LEVELS)


def test_no_status_of_a_mention_is_shown_as_its_id():
    labels = {status: wording.status_label(status) for status in STATUSES}

    assert len(set(labels.values())) == len(STATUSES)
    assert not any("_" in label for label in labels.values())


def test_every_finding_of_the_protocol_reads_as_words():
    for finding in load_protocol().findings:
        label = wording.plain(finding)
        assert "_" not in label
        assert label[0].isupper()


def test_an_id_that_nobody_foresaw_is_shown_all_the_same():
    assert wording.level_label("new_level") == "New level"
    assert wording.delivery_label("new_status") == "new status"
    assert wording.plain("") == ""
