"""Skip, go back, correct, stop, and yes or no to an offer."""

from __future__ import annotations

from typing import Any

from actions.steering import Affirm, Correct, Decline, GoBack, RepeatQuestion, Skip, StopCheckIn
from bot.triage import CHECK_IN_ITEMS
from tests.actions.support import run

LEGS: dict[str, Any] = {
    "active": True,
    "items": CHECK_IN_ITEMS,
    "requested": "legs",
    "last_item": "breathing",
    "answers": {"breathing": "no"},
}


def test_skip_leaves_the_question_and_says_so_in_the_record() -> None:
    done = run(Skip(), "skip", "skip", **LEGS)
    assert done.said == ["utter_skipped"]
    assert (done.slots["legs"], done.slots["last_item"]) == ("skipped", "legs")


def test_go_back_empties_the_answer_before() -> None:
    done = run(GoBack(), "go back", "go_back", **LEGS)
    assert done.slots == {"breathing": None, "last_item": None, "completed": "action_go_back"}


def test_go_back_at_the_first_question_stays_there() -> None:
    first = {"active": True, "items": CHECK_IN_ITEMS, "requested": "breathing"}
    assert run(GoBack(), "go back", "go_back", **first).slots == {"completed": "action_go_back"}


def test_repeating_leaves_the_asking_to_the_form() -> None:
    assert run(RepeatQuestion(), "what?", "repeat_question", **LEGS).said == []


def test_a_correction_is_confirmed_with_its_advice() -> None:
    state = {**LEGS, "requested": "medicine", "last_item": "pain", "answers": {"pain": "2"}}
    done = run(Correct(), "sorry i meant 4", "correct", **state)
    assert done.said == ["utter_advice", "utter_corrected"]
    assert done.slots["pain"] == "4"


def test_stop_ends_the_questions_and_keeps_the_answers() -> None:
    done = run(StopCheckIn(), "stop asking", "stop_check_in", **LEGS)
    assert done.said == ["utter_paused"]
    assert {"event": "active_loop", "timestamp": None, "name": None} in done.events
    assert "breathing" not in done.slots


def test_yes_to_the_offer_goes_on_where_it_was() -> None:
    done = run(Affirm(), "1", offer="go_on", items=CHECK_IN_ITEMS, answers={"breathing": "no"})
    assert done.follow_up == "checkin_form"
    assert "checkin_items" not in done.slots


def test_yes_to_the_offer_begins_a_check_in_where_there_was_none() -> None:
    done = run(Affirm(), "1", offer="go_on")
    assert done.slots["checkin_items"] == list(CHECK_IN_ITEMS)


def test_yes_to_nothing_starts_nothing() -> None:
    assert run(Affirm(), "yes", "affirm").said == ["utter_affirmed"]


def test_no_to_the_offer_leaves_it() -> None:
    assert run(Decline(), "2", offer="go_on").said == ["utter_declined"]
