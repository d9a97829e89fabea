"""What a mention means: the cases of the protocol's section 2, each bounded by its clause."""

import pytest

from bot.triage import Context, Disposition, assess


def level(text: str, **context: object) -> Disposition:
    return assess(text, Context(**{"day": 5, **context})).disposition  # type: ignore[arg-type]


def statuses(text: str, finding: str) -> set[str]:
    return {m.status for m in assess(text, Context(day=5)).findings if m.finding == finding}


@pytest.mark.parametrize(
    "text",
    [
        "no fever",
        "denies chest pain",
        "no fever, chills or chest pain",
        "i have not fainted",
        "she has no trouble breathing",
        "fever: none",
        "without any chest pain",
        "neg fever",
    ],
)
def test_what_is_denied_does_not_fire(text: str) -> None:
    assert level(text) is Disposition.NONE


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("no fever but my chest hurts", "chest_pain"),
        ("no fever however i passed out", "fainting"),
        ("not only fever, i also passed out", "fainting"),
        ("never had this before: my chest is tight", "chest_pain"),
        ("cant feel my legs", "leg_numbness"),
        ("i have no control of my bladder", "bladder_loss"),
        ("no pain, i just cant breathe", "breathing_difficulty"),
    ],
)
def test_a_denial_ends_with_its_clause_and_is_sometimes_the_finding(text: str, finding: str) -> None:
    assert finding in assess(text, Context(day=5)).present


@pytest.mark.parametrize(
    "text",
    [
        "what if i get a fever?",
        "should i worry about leg weakness?",
        "what do i do if i cant pee tonight",
        "can this cause chest pain?",
    ],
)
def test_what_is_only_supposed_does_not_fire(text: str) -> None:
    assert level(text) is Disposition.NONE


def test_an_if_before_a_real_sign_does_not_hide_it() -> None:
    assert level("if i lie flat i cant breathe") is Disposition.EMERGENCY


def test_a_present_sign_put_as_a_question_fires() -> None:
    assert level("is it normal that i cant feel my foot?") >= Disposition.URGENT


@pytest.mark.parametrize(
    "text",
    [
        "before the surgery i could not walk",
        "i had a stroke in 2015",
        "when i was a kid i had seizures",
        "years ago i passed out",
    ],
)
def test_what_was_before_the_procedure_does_not_fire(text: str) -> None:
    assert level(text) is Disposition.NONE


def test_an_old_unchanged_leg_sign_is_routine() -> None:
    assert level("my toes have been numb for years, same as always") is Disposition.ROUTINE


@pytest.mark.parametrize("text", ["my grandson has a fever", "the dog passed out", "my neighbor had chest pain"])
def test_somebody_elses_sign_does_not_fire(text: str) -> None:
    assert level(text) is Disposition.NONE


def test_a_caregiver_speaks_for_the_patient() -> None:
    assert level("mom cant breathe") is Disposition.EMERGENCY


def test_an_emergency_that_is_over_fires_within_a_day_and_later_at_least_as_urgent() -> None:
    assert level("had chest pain last night, gone now") is Disposition.EMERGENCY
    assert level("i fainted 3 days ago, fine since") is Disposition.URGENT


def test_a_figure_of_speech_does_not_fire() -> None:
    assert statuses("i nearly had a heart attack when i saw the bill", "chest_pain") <= {"figurative"}
    assert level("the parking bill gave me a heart attack") is Disposition.NONE


def test_an_uncertain_sign_fires() -> None:
    assert level("i think i might have a fever") is Disposition.URGENT
