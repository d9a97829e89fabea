"""What goes to a nurse, and the way there for one who cannot be understood."""

from __future__ import annotations

import pytest

from actions.handoff import HandOff, NotUnderstood
from bot.triage import CHECK_IN_ITEMS
from tests.actions.support import run

RED_FLAGS = ["breathing", "legs", "bladder_bowel", "temperature"]


@pytest.mark.parametrize(
    ("intent", "text", "said", "finding"),
    [
        ("ask_human", "get me the lady from before", "utter_handed_to_nurse", "nurse_request"),
        ("ask_nurse_only", "what did the picture show?", "utter_question_to_nurse", "nurse_request"),
        ("ask_medication", "is a beer ok?", "utter_medication_to_nurse", "medication_question"),
    ],
)
def test_a_message_for_a_nurse_is_passed_on(intent: str, text: str, said: str, finding: str) -> None:
    done = run(HandOff(), text, intent)
    assert done.said == [said]
    assert done.slots["handoff"] == finding


def test_once_not_understood_is_asked_again_and_told_to_nobody() -> None:
    done = run(NotUnderstood(), "qwzx")
    assert done.said == ["utter_rephrase"]
    assert "handoff" not in done.slots


def test_in_a_check_in_the_form_itself_asks_in_other_words() -> None:
    done = run(NotUnderstood(), "qwzx", active=True, items=CHECK_IN_ITEMS, requested="legs")
    assert (done.said, done.slots["not_understood"]) == ([], 1)


def test_twice_asks_the_red_flag_questions_and_tells_a_nurse() -> None:
    done = run(NotUnderstood(), "qwzx", not_understood=1)
    assert done.said == ["utter_unclear"]
    assert done.slots["handoff"] == "unwell_unclear"
    assert done.slots["checkin_items"] == RED_FLAGS
    assert done.follow_up == "checkin_form"


def test_what_was_answered_in_the_check_in_is_not_asked_again() -> None:
    state = {"active": True, "items": CHECK_IN_ITEMS, "requested": "pain"}
    answered = run(NotUnderstood(), "qwzx", not_understood=1, answers=dict.fromkeys(RED_FLAGS, "no"), **state)
    assert answered.said == ["utter_unclear_asked"]
    assert answered.follow_up == "action_listen"


def test_answers_of_a_finished_check_in_are_asked_anew() -> None:
    answers = dict.fromkeys(CHECK_IN_ITEMS, "no")
    done = run(NotUnderstood(), "qwzx", not_understood=1, items=CHECK_IN_ITEMS, answers=answers)
    assert [done.slots[item] for item in RED_FLAGS] == [None] * 4


def test_four_misses_end_the_asking() -> None:
    state = {"active": True, "items": tuple(RED_FLAGS), "requested": "legs", "kind": "red_flags"}
    done = run(NotUnderstood(), "qwzx", not_understood=3, **state)
    assert done.said == ["utter_unclear_asked"]
    assert done.slots["requested_slot"] is None
