"""`assess` as a whole: what always holds, whatever a patient writes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.triage import CHECK_IN_ITEMS, STATUSES, Context, Disposition, assess

contexts = st.builds(
    Context,
    day=st.none() | st.integers(0, 60),
    blood_thinner=st.none() | st.booleans(),
    asked=st.none() | st.sampled_from(CHECK_IN_ITEMS),
    language=st.sampled_from(["en", "es"]),
)

RED_FLAGS = [
    "My chest hurts bad.",
    "I cant pee since last night.",
    "My legs gave out and I cant stand.",
    "Mom passed out in the kitchen.",
    "I have a fever of 103.5.",
    "I peed myself and did not feel it.",
    "His face is drooping on one side.",
    "I took too many pills.",
    "I want to die.",
    "Blood is soaking through the bandage.",
]
HARMLESS = [
    "The grandkids came over and we had pie.",
    "No cough.",
    "No fever, no chills.",
    "No rash.",
    "It rained all day.",
    "The cat sat on the porch.",
    "Thank you so much.",
    "We watched the ball game.",
    "No numbness in my arms.",
]


@given(st.text(max_size=600), contexts)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_an_error_and_its_spans_point_at_it(text: str, context: Context) -> None:
    assessment = assess(text, context)
    for mention in assessment.findings:
        assert 0 <= mention.start <= mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        assert mention.status in STATUSES


@given(st.sampled_from(RED_FLAGS), st.lists(st.sampled_from(HARMLESS), min_size=1, max_size=5))
@settings(deadline=None)
def test_harmless_sentences_after_a_red_flag_never_lower_its_level(flag: str, chatter: list[str]) -> None:
    context = Context(day=5, blood_thinner=False)
    assert assess(" ".join([flag, *chatter]), context).disposition >= assess(flag, context).disposition


@given(st.lists(st.sampled_from(RED_FLAGS + HARMLESS), min_size=1, max_size=4))
@settings(deadline=None)
def test_case_doubled_spaces_and_a_last_full_stop_change_nothing(sentences: list[str]) -> None:
    text = " ".join(sentences)
    context = Context(day=5, blood_thinner=False)
    expected = assess(text, context).disposition
    assert assess(text.upper(), context).disposition is expected
    assert assess(text.lower(), context).disposition is expected
    assert assess(text.replace(" ", "  "), context).disposition is expected
    assert assess(text.rstrip("."), context).disposition is expected


@pytest.mark.parametrize("flag", RED_FLAGS)
def test_each_of_these_is_an_emergency(flag: str) -> None:
    assert assess(flag, Context(day=5)).disposition is Disposition.EMERGENCY


def test_the_same_message_is_always_read_the_same() -> None:
    first = assess("my left leg feels weak and i have chills", Context(day=8))
    assert all(assess("my left leg feels weak and i have chills", Context(day=8)) == first for _ in range(3))


@pytest.mark.parametrize(
    ("asked", "finding"),
    [
        ("breathing", "breathing_difficulty"),
        ("legs", "leg_weakness"),
        ("bladder_bowel", "bladder_loss"),
        ("wound", "wound_infection"),
        ("temperature", "fever"),
    ],
)
@pytest.mark.parametrize("said", ["yes", "1", "yep", "a little bit"])
def test_a_bare_yes_is_read_as_the_answer_to_the_question(asked: str, finding: str, said: str) -> None:
    assert finding in assess(said, Context(day=5, asked=asked)).present


@pytest.mark.parametrize("asked", CHECK_IN_ITEMS)
@pytest.mark.parametrize("said", ["no", "2", "nope", "no thank you", "none at all"])
def test_a_bare_no_is_nothing_wrong(asked: str, said: str) -> None:
    if asked == "pain" and said == "2":
        return
    assert assess(said, Context(day=5, asked=asked)).disposition is Disposition.NONE


def test_a_yes_to_a_doubt_is_the_finding() -> None:
    assert assess("yes", Context(day=5, asked="doubt:bladder_loss")).disposition is Disposition.EMERGENCY


def test_an_answer_about_something_else_is_still_heard() -> None:
    assert "chest_pain" in assess("no but my chest hurts", Context(day=5, asked="legs")).present


def test_a_clause_about_it_is_about_the_part_that_was_asked_about() -> None:
    assert "leg_weakness" in assess("it keeps giving way", Context(day=9, asked="legs")).present


def test_a_no_that_denies_one_thing_is_no_answer_about_another() -> None:
    assert "breathing" not in assess("no fever, pain 3", Context(day=3, asked="breathing")).answers
    assert assess("no fever", Context(day=3, asked="temperature")).answers == {"temperature": "no"}
    assert assess("no trouble at all", Context(day=3, asked="legs")).answers == {"legs": "no"}
