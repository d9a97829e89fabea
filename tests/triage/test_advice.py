"""What is said to patients: short, plain, sendable, and ending with the emergency line."""

import pytest
import textstat

from bot.channels.sms.segments import is_gsm7, segments
from bot.triage import Disposition
from bot.triage.advice import advice, notice, texts
from bot.triage.protocol import load_protocol

PHONE = "+1 555 010 0999"
SEVERE = [level for level in Disposition if level is not Disposition.NONE]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("level", SEVERE)
def test_every_advice_fits_two_segments_and_ends_with_the_emergency_line(language: str, level: Disposition) -> None:
    for finding in load_protocol().findings:
        said = advice(level, [finding], language, PHONE)
        assert is_gsm7(said), said
        assert segments(said).count <= 2
        assert "911" in said


@pytest.mark.parametrize("level", SEVERE)
def test_english_advice_reads_at_grade_six_or_below(level: Disposition) -> None:
    for finding in load_protocol().findings:
        assert textstat.flesch_kincaid_grade(advice(level, [finding], "en", PHONE)) <= 6


def test_thoughts_of_suicide_add_988() -> None:
    assert "988" in advice(Disposition.EMERGENCY, ["suicidal_thoughts"], "en", PHONE)


def test_there_is_no_advice_without_a_symptom() -> None:
    with pytest.raises(ValueError, match="no advice"):
        advice(Disposition.NONE, [], "en", PHONE)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_notice_and_question_fits_and_has_its_twin_in_the_other_language(language: str) -> None:
    mine, other = texts(language), texts("es" if language == "en" else "en")
    assert set(mine["notices"]) == set(other["notices"])
    assert set(mine["check_in"]) == set(other["check_in"])
    for name in mine["notices"]:
        said = notice(name, language, PHONE)
        assert is_gsm7(said), said
        assert segments(said).count <= 2
