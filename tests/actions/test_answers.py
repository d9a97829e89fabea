"""Common questions, the clinic's own answers, and what is never made up."""

from __future__ import annotations

import pytest

from actions.answers import GiveAnswer, WhatIf, load_answers
from tests.actions.support import PHONE, run


def test_a_question_is_answered_from_the_data() -> None:
    done = run(GiveAnswer(), "how long do i ice it?", "faq_ice")
    assert done.said == [load_answers("en")["ice"].text]


def test_the_clinics_number_is_filled_in() -> None:
    assert PHONE in run(GiveAnswer(), "when should i call?", "faq_when_to_call").said[0]


def test_what_the_sources_do_not_tell_goes_to_a_nurse() -> None:
    done = run(GiveAnswer(), "can i shower?", "faq_shower")
    assert done.said == ["utter_question_to_nurse"]
    assert done.slots["handoff"] == "nurse_request"


def test_the_clinics_own_answer_goes_before_ours() -> None:
    clinic = {"shower": "After two days.", "bandage": "Leave it on for a week."}
    assert run(GiveAnswer(), "can i shower?", "faq_shower", clinic_answers=clinic).said == ["After two days."]
    assert run(GiveAnswer(), "bandage off?", "faq_bandage", clinic_answers=clinic).said == ["Leave it on for a week."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("what if i get chest pain?", "utter_what_if_emergency"),
        ("what if i get a fever?", "utter_what_if_urgent"),
    ],
)
def test_what_if_names_911_or_the_doctor(text: str, said: str) -> None:
    assert run(WhatIf(), text).said == [said]


def test_answers_have_a_source_or_are_the_clinics() -> None:
    for answer in load_answers("en").values():
        assert (answer.text is None) == (answer.source == "clinic")
        assert answer.text is not None or answer.clinic_slot
