"""From words to an intent: triage first, then the question that was asked, then the classifier's guess."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agent.dialogue import Dialogue
from bot.agent.understanding import Understanding, understand
from bot.triage import CHECK_IN_ITEMS, Context


def read(text: str, proposed: str = "nlu_fallback", asked: str | None = None, **state: Any) -> Understanding:
    dialogue = Dialogue(**state)
    return understand(text, Context(day=9, asked=asked or dialogue.requested), dialogue, proposed)


def asked_for(item: str, **state: Any) -> dict[str, Any]:
    return {"active": True, "items": CHECK_IN_ITEMS, "requested": item, **state}


@pytest.mark.parametrize("proposed", ["greet", "skip", "faq_ice", "ask_human", "nlu_fallback", "affirm"])
def test_a_red_flag_stands_above_every_guess(proposed: str) -> None:
    assert read("my chest hurts", proposed).intent == "red_flag"
    assert read("my chest hurts", proposed, **asked_for("pain")).intent == "red_flag"


@pytest.mark.parametrize(
    ("item", "text", "value"),
    [
        ("breathing", "nope", "no"),
        ("pain", "3", "3"),
        ("temperature", "98.6", "98.6"),
        ("wound", "dry and clean, hubby looked", "said"),
        ("medicine", "taking them with my breakfast", "said"),
    ],
)
def test_an_answer_in_words_digits_or_numbers(item: str, text: str, value: str) -> None:
    understanding = read(text, **asked_for(item))
    assert understanding.intent == "answer"
    assert understanding.answers[item] == value


@pytest.mark.parametrize("guess", ["correct", "faq_driving", "skip"])
def test_the_classifier_has_no_say_about_numbers(guess: str) -> None:
    assert read("98.6", guess, **asked_for("temperature")).intent == "answer"


def test_a_good_word_answers_a_yes_or_no_question() -> None:
    understanding = read("strong as ever", "answer_fine", **asked_for("legs"))
    assert (understanding.intent, understanding.answers["legs"]) == ("answer", "no")


def test_same_as_before_counts_only_where_before_was_clear() -> None:
    clear = read("same as yesterday", "same_as_before", **asked_for("legs", previous={"legs": "no"}))
    assert (clear.intent, clear.answers) == ("answer", {"legs": "no"})
    assert read("same as yesterday", "same_as_before", **asked_for("legs", previous={"legs": "yes"})).intent != "answer"
    assert read("same as yesterday", "same_as_before", **asked_for("legs")).intent == "nlu_fallback"


def test_what_was_not_asked_is_taken_along() -> None:
    understanding = read("no. and no trouble breathing", **asked_for("legs"))
    assert understanding.intent == "answer"
    assert understanding.answers == {"legs": "no", "breathing": "no"}


def test_an_answer_given_before_is_not_overwritten_in_passing() -> None:
    state = asked_for("pain", answers={"breathing": "yes"})
    assert "breathing" not in read("3. no trouble breathing", **state).answers


@pytest.mark.parametrize(
    ("control", "text"),
    [
        ("skip", "skip this one"),
        ("go_back", "go back"),
        ("repeat_question", "what was the question"),
        ("stop_check_in", "stop asking me things"),
        ("ask_human", "let me talk to a nurse"),
        ("repeat_question", "no i dont get it"),
        ("stop_check_in", "no more questions please"),
    ],
)
def test_steering_words_are_no_answer(control: str, text: str) -> None:
    assert read(text, control, **asked_for("wound")).intent == control


def test_a_question_in_the_middle_is_a_question() -> None:
    assert read("can i take a shower?", "faq_shower", **asked_for("wound")).intent == "faq_shower"
    assert read("i had a nice shower today", "faq_shower", **asked_for("wound")).intent == "answer"


def test_a_correction_reads_the_number_as_the_answer_before() -> None:
    state = asked_for("medicine", last_item="pain", answers={"pain": "9"})
    corrected = read("sorry i meant 4", "correct", **state)
    assert (corrected.intent, corrected.answers) == ("correct", {"pain": "4"})
    assert read("sorry i meant 8", "correct", **state).intent == "red_flag"


def test_a_correction_without_a_word_for_it_is_none() -> None:
    state = asked_for("pain", last_item="wound", answers={"wound": "no"})
    assert read("4 maybe", "correct", **state).answers == {"pain": "4"}


@pytest.mark.parametrize(("text", "intent"), [("1", "affirm"), ("2", "deny"), ("yes", "affirm"), ("no", "deny")])
def test_a_bare_word_answers_the_offer(text: str, intent: str) -> None:
    assert read(text, offer="go_on", items=CHECK_IN_ITEMS, answers={"breathing": "no"}).intent == intent


def test_never_mind_after_an_advice_is_no_answer_to_the_offer() -> None:
    dialogue = Dialogue(offer="go_on", items=CHECK_IN_ITEMS)
    told = understand("never mind", Context(day=9, episode=("fever",)), dialogue, "never_mind")
    assert told.intent == "never_mind"
    assert understand("never mind", Context(day=9), dialogue, "never_mind").intent == "deny"


def test_a_no_to_a_doubt_lets_the_check_in_go_on_and_a_yes_fires() -> None:
    state = asked_for("temperature")
    assert read("no", asked="doubt:fever", **state).intent == "share_news"
    assert read("yes", asked="doubt:fever", **state).intent == "red_flag"


@pytest.mark.parametrize(
    ("text", "proposed", "intent"),
    [
        ("what if i get chest pain?", "faq_risks", "ask_what_if"),
        ("my neighbor has a fever", "share_news", "about_other_person"),
        ("i had no chest pain and no fever at all today", "never_mind", "share_news"),
        ("how long do i ice it", "faq_ice", "faq_ice"),
        ("qwzx plmk", "nlu_fallback", "nlu_fallback"),
        ("🙂", "thanks", "nlu_fallback"),
        ("", "greet", "nlu_fallback"),
        ("hello", "greet", "greet"),
    ],
)
def test_outside_of_a_check_in(text: str, proposed: str, intent: str) -> None:
    assert read(text, proposed).intent == intent


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", "a" * 5000, "<b>hi</b>", "'; drop table patients; --", "💥" * 300, "/"]
)
def test_any_text_is_understood_as_something(text: str) -> None:
    assert read(text).intent
    assert read(text, **asked_for("pain")).intent
