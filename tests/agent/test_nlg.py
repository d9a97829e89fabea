"""What is said, in whose language, and never the same twice in a row."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.shared.core.trackers import DialogueStateTracker

from bot.agent.nlg import TextsGenerator, spoken
from bot.triage import CHECK_IN_ITEMS, Disposition
from bot.triage.advice import advice, texts
from tests.agent.messages import PHONE, tracker, uttered


def said(name: str, state: DialogueStateTracker, **values: Any) -> dict[str, Any]:
    message = asyncio.run(TextsGenerator().generate(name, state, "recovery", **values))
    assert message is not None
    return message


def test_a_red_flag_is_answered_with_the_advice_of_its_level() -> None:
    message = said("utter_red_flag", tracker(uttered("my chest hurts")))
    assert message["kind"] == "advice"
    assert message["text"] == advice(Disposition.EMERGENCY, ["chest_pain"], "en", PHONE)


def test_the_advice_is_in_the_patients_language() -> None:
    assert "911 ahora" in said("utter_red_flag", tracker(uttered("my chest hurts"), language="es"))["text"]


def test_a_greeting_varies() -> None:
    first = said("utter_greeting", tracker())["text"]
    assert said("utter_greeting", tracker(said=[first]))["text"] != first


@pytest.mark.parametrize("item", CHECK_IN_ITEMS)
def test_a_question_just_asked_is_put_in_other_words(item: str) -> None:
    name = f"utter_ask_checkin_form_{item}"
    first = said(name, tracker())
    again = said(name, tracker(said=[first["text"]]))
    assert first["kind"] == again["kind"] == "question"
    assert first["text"] != again["text"]


def test_a_caregiver_is_asked_as_such() -> None:
    text = said("utter_ask_checkin_form_legs", tracker(sender="caregiver"))["text"]
    assert text == texts("en")["check_in"]["legs"]["caregiver"]


def test_a_question_of_triage_goes_before_the_next_item() -> None:
    state = tracker(uttered("1012", asked="temperature"))
    assert "101.2" in said("utter_ask_checkin_form_temperature", state)["text"]


def test_lower_advice_is_not_repeated_word_for_word_but_red_flag_advice_is() -> None:
    soreness = uttered("sore where the needle went in, a bit bruised", day=1)
    first = said("utter_advice", tracker(soreness))["text"]
    assert said("utter_advice", tracker(soreness, said=[first]))["text"] != first
    flag = uttered("my chest hurts")
    first = said("utter_red_flag", tracker(flag))["text"]
    assert said("utter_red_flag", tracker(flag, said=[first]))["text"] == first


def test_an_unknown_utterance_is_an_error() -> None:
    with pytest.raises(KeyError):
        spoken("poetry", "en", PHONE, ())
