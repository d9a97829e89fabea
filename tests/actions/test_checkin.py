"""How the check-in begins, what an answer is worth, and how it ends."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.checkin import BeginCheckIn, FinishCheckIn, ValidateCheckIn, summary
from bot.agent.dialogue import Dialogue
from bot.agent.understanding import understand
from bot.triage import CHECK_IN_ITEMS, Context
from tests.actions.support import Done, execute, run

ALL_CLEAR = {**dict.fromkeys(CHECK_IN_ITEMS, "no"), "temperature": "98.6", "pain": "0"}


def validated(text: str, item: str, *earlier_actions: str, taken: bool = True, **answers: str) -> Done:
    """The validation of the form after `text`; `taken` tells whether the form took the text as a candidate."""
    dialogue = Dialogue(active=True, items=CHECK_IN_ITEMS, requested=item, answers=answers)
    turn = understand(text, Context(day=9, asked=item), dialogue, "nlu_fallback")
    slots: dict[str, Any] = {
        **dict.fromkeys(CHECK_IN_ITEMS), **answers, "checkin_items": list(CHECK_IN_ITEMS), "requested_slot": item,
    }
    events = [{"event": "user", "text": text}]
    events += [{"event": "action", "name": name} for name in (*earlier_actions, "checkin_form")]
    if taken:
        slots[item] = text
        events.append({"event": "slot", "name": item, "value": text})
    message = {"text": text, "intent": {"name": turn.intent}, "turn": turn.as_dict()}
    loop = {"name": "checkin_form"}
    tracker = Tracker("one-turn", slots, message, events, False, None, loop, "checkin_form")
    return execute(ValidateCheckIn(), tracker)


def test_an_answer_is_stored_as_its_value_and_the_next_item_asked() -> None:
    done = validated("nope", "breathing")
    assert done.slots["breathing"] == "no"
    assert done.slots["last_item"] == "breathing"
    assert done.slots["requested_slot"] == "legs"


def test_several_answers_fill_several_items() -> None:
    done = validated("no. and no trouble breathing", "legs")
    assert done.slots["breathing"] == "no"
    assert done.slots["requested_slot"] == "bladder_bowel"


def test_a_mild_symptom_gets_its_advice_before_the_next_question() -> None:
    assert validated("3", "pain").said == ["utter_advice"]
    assert validated("2", "wound").said == []


def test_the_raw_text_never_becomes_an_answer() -> None:
    done = validated("1012", "temperature")
    assert done.slots["temperature"] is None
    assert done.slots["requested_slot"] == "breathing"
    assert "last_item" not in done.slots


def test_a_message_that_is_no_answer_is_left_to_the_rules() -> None:
    assert set(validated("qwzx plmk", "breathing", taken=False).slots) == {"requested_slot"}


def test_the_form_that_is_come_back_to_asks_again() -> None:
    done = validated("how long do i ice", "legs", "action_answer", taken=False, breathing="no")
    assert done.slots == {"completed": "validate_checkin_form", "requested_slot": "legs"}


def test_the_last_answer_ends_the_form() -> None:
    answers = {item: value for item, value in ALL_CLEAR.items() if item != "anything_else"}
    assert validated("2", "anything_else", **answers).slots["requested_slot"] is None


def test_a_new_check_in_begins_empty_and_remembers_the_one_before() -> None:
    done = run(BeginCheckIn(), "check in", items=CHECK_IN_ITEMS, answers=ALL_CLEAR)
    assert [done.slots[item] for item in CHECK_IN_ITEMS] == [None] * len(CHECK_IN_ITEMS)
    assert done.slots["previous_answers"] == ALL_CLEAR


def test_a_check_in_takes_what_the_first_message_says() -> None:
    assert run(BeginCheckIn(), "check in. pain 2", day=1).slots["pain"] == "2"


def test_an_interrupted_check_in_goes_on() -> None:
    done = run(BeginCheckIn(), "check in", items=CHECK_IN_ITEMS, answers={"breathing": "no"})
    assert "breathing" not in done.slots


def test_the_end_sums_up() -> None:
    assert run(FinishCheckIn(), "no", answers=dict.fromkeys(CHECK_IN_ITEMS, "no")).said == ["utter_summary_clear"]
    assert run(FinishCheckIn(), "no", answers={"wound": "yes"}).said == ["utter_summary"]
    assert run(FinishCheckIn(), "no", answers={"wound": "yes"}, handoff="nurse_request").said == ["utter_summary_nurse"]
    assert run(FinishCheckIn(), "no", kind="red_flags", answers={"legs": "no"}).said == ["utter_unclear_end"]


def test_the_summary_names_trouble_numbers_and_what_was_skipped() -> None:
    answers = {"breathing": "no", "legs": "yes", "temperature": "101.12", "wound": "skipped", "medicine": "said"}
    assert summary(answers, "en") == "trouble with legs, temperature 101.1, needle spot skipped"
