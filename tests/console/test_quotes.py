"""A row of the queue quotes the patient: what fired, the newest first, nothing twice, nothing too long."""

import pytest

from bot.console.quotes import LONGEST, MOST, words_of
from bot.records.models import Flag, RiskAssessment


@pytest.fixture
def quoted(scene, clinic):
    """The quotes of a patient's messages."""

    def quotes(*texts, **changes):
        case = scene.wrote(clinic, scene.patient(clinic), *texts, **changes)
        return said_in(scene, case).quotes

    return quotes


def said_in(scene, case):
    with scene.sessions() as session:
        [said] = words_of(session, [session.get_one(Flag, case.flag_id).episode_id]).values()
    return said


def test_the_message_to_read_first_is_the_newest_in_which_something_fired(scene, clinic):
    case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts", "hello?")

    assert said_in(scene, case).message_id < case.message_id


def test_the_words_of_the_newest_message_come_first(quoted):
    assert quoted("my chest hurts", "now i cant breathe") == ("cant breathe", "chest hurts")


def test_a_message_in_which_nothing_fired_is_not_quoted_beside_one_in_which_something_did(quoted):
    assert quoted("my chest hurts", "hello?") == ("chest hurts",)


def test_where_nothing_fired_the_last_message_is_quoted_whole(quoted):
    assert quoted("qwxz", "zzkp  brr", reason="not_understood") == ("zzkp brr",)


def test_the_same_words_are_quoted_once_and_not_again_within_longer_ones(quoted, scene):
    assert quoted("my chest hurts", "chest hurts") == ("chest hurts",)


def test_a_bare_number_is_quoted_with_the_words_around_it(quoted, scene, clinic):
    quoted("my chest hurts, 101.2")
    with scene.sessions.begin() as session:
        row = session.query(RiskAssessment).one()
        row.findings = [*row.findings, {"finding": "fever", "status": "present", "text": "101.2"}]
        session.flush()
        [said] = words_of(session, [row.episode_id]).values()

    assert said.quotes == ("my chest hurts, 101.2",)


def test_there_are_few_and_each_is_short(quoted):
    many = quoted("my chest hurts. i cant breathe. i have a fever. i cant feel wiping. legs went to jelly")
    [long] = quoted("qwxz " * 100, reason="not_understood")

    assert len(many) == MOST
    assert len(long) == LONGEST
    assert long.endswith("…")
