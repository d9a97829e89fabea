"""Numbers: which are a temperature, a pain score or a pulse, and which only look like one."""

import pytest

from bot.triage import Context, assess


def measured(text: str, asked: str | None = None) -> list[tuple[str, float]]:
    return [(m.kind, m.value) for m in assess(text, Context(day=5, asked=asked)).measurements]


@pytest.mark.parametrize(
    ("text", "fahrenheit"),
    [
        ("temp 101.4", 101.4),
        ("101.4", 101.4),
        ("my temperature is 38.5", 101.3),
        ("a hundred and two on the thermometer", 102.0),
        ("fever of one hundred point eight", 100.8),
        ("ninety nine point seven", 99.7),
        ("thermometer says 104", 104.0),
        ("39,7 with the ear thermometer", 103.46),
    ],
)
def test_a_temperature_is_read_in_either_scale_in_digits_or_words(text: str, fahrenheit: float) -> None:
    assert measured(text) == [("temperature_f", pytest.approx(fahrenheit, abs=0.01))]


@pytest.mark.parametrize(
    "text",
    [
        "i weigh 102 lbs",
        "bp 101 over 70",
        "sugar was 103 this morning",
        "see you in room 101",
        "its 103 in the shade",
        "walked 101 steps",
        "channel 104",
    ],
)
def test_other_numbers_are_no_temperature(text: str) -> None:
    assert measured(text) == []


@pytest.mark.parametrize(
    ("text", "score"),
    [("9/10", 9), ("pain is a 6", 6), ("5 out of 10", 5), ("id call my back an eight", 8), ("pain level 3", 3)],
)
def test_a_pain_score_is_read_however_it_is_put(text: str, score: int) -> None:
    assert measured(text) == [("pain", score)]


def test_a_bare_number_answers_the_pain_question() -> None:
    assert measured("7", asked="pain") == [("pain", 7)]


def test_a_bare_number_answers_the_temperature_question() -> None:
    assert measured("104", asked="temperature") == [("temperature_f", 104.0)]


def test_a_number_that_is_taken_back_does_not_count() -> None:
    assert measured("3. no wait, 8", asked="pain") == [("pain", 8)]


def test_the_score_before_the_procedure_does_not_count() -> None:
    assert measured("it was a 9 before, now pain is a 3", asked="pain") == [("pain", 3)]


def test_a_temperature_without_its_point_is_asked_about() -> None:
    assessment = assess("1012", Context(day=3, asked="temperature"))
    assert "101.2" in (assessment.ask or "")
    assert assessment.doubts == ("fever",)


def test_a_score_above_ten_is_asked_again() -> None:
    assert assess("12", Context(day=3, asked="pain")).ask


def test_pulse_and_oxygen_count_when_they_are_named() -> None:
    assert measured("pulse is 140") == [("pulse", 140)]
    assert measured("oxygen 86") == [("oxygen", 86)]


def test_a_number_after_the_question_that_settles_a_doubt_is_read() -> None:
    assert measured("9", asked="doubt:severe_pain") == [("pain", 9)]
    assert measured("101.2", asked="doubt:fever") == [("temperature_f", 101.2)]
