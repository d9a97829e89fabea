"""What follows an advice."""

from __future__ import annotations

import pytest

from actions.escalation import Advise, Escalate, FollowUp
from bot.triage import CHECK_IN_ITEMS
from tests.actions.support import run


def test_after_an_emergency_nothing_is_asked() -> None:
    done = run(Escalate(), "my chest hurts")
    assert done.said == []
    assert done.slots == {"completed": "action_escalate"}


def test_after_urgent_advice_the_rest_is_offered() -> None:
    done = run(Escalate(), "the needle spot is red and oozing pus")
    assert done.said == ["utter_go_on_offer"]
    assert done.slots["offer"] == "go_on"


def test_a_finished_check_in_is_not_offered_again() -> None:
    answers = dict.fromkeys(CHECK_IN_ITEMS, "no")
    done = run(Escalate(), "the needle spot is red and oozing pus", items=CHECK_IN_ITEMS, answers=answers)
    assert done.said == []


def test_a_mild_symptom_gets_its_advice() -> None:
    assert run(Advise(), "pain 2", day=1).said == ["utter_advice"]


def test_a_number_that_may_be_a_temperature_is_asked_about() -> None:
    done = run(Advise(), "temp 1012")
    assert len(done.said) == 1
    assert "101.2" in done.said[0]
    assert done.slots["doubt"] == "doubt:fever"


def test_a_question_on_medicine_goes_to_a_nurse() -> None:
    done = run(Advise(), "can i take ibuprofen", "ask_medication")
    assert done.slots["handoff"] == "medication_question"


def test_feeling_off_asks_the_red_flag_questions() -> None:
    done = run(Advise(), "something is wrong with me")
    assert done.slots["checkin_items"] == ["breathing", "legs", "bladder_bowel", "temperature"]
    assert done.follow_up == "checkin_form"


def test_a_question_beside_a_mild_symptom_is_answered_too() -> None:
    done = run(Advise(), "pain 2. how long should i ice it?", "faq_ice", day=1)
    assert done.said[0] == "utter_advice"
    assert "20 minutes" in done.said[1]


@pytest.mark.parametrize(
    ("intent", "with_episode", "without"),
    [
        ("going_to_er", "utter_going", "utter_handed_to_nurse"),
        ("refuses_care", "utter_refuses", "utter_handed_to_nurse"),
        ("symptom_stopped", "utter_stopped", "utter_news"),
        ("never_mind", "utter_never_mind_told", "utter_never_mind"),
    ],
)
def test_a_reaction_is_read_in_the_light_of_the_episode(intent: str, with_episode: str, without: str) -> None:
    assert run(FollowUp(), "words", intent, episode=["chest_pain"]).said == [with_episode]
    assert run(FollowUp(), "words", intent, episode=[]).said == [without]
