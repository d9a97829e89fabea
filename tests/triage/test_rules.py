"""The protocol's table: what signs and numbers mean by day, what adds up, and what only rises."""

import pytest

from bot.triage import Context, Disposition
from bot.triage.assessment import Measurement
from bot.triage.protocol import load_protocol
from bot.triage.rules import Found, decide, meaning_of_measurement, meaning_of_sign

PROTOCOL = load_protocol()
NOTHING: frozenset[str] = frozenset()


def decided(*findings: str, facts: frozenset[str] = NOTHING, **context: object) -> Disposition:
    level, _, _ = decide([Found(name) for name in findings], facts, Context(**context), PROTOCOL)  # type: ignore[arg-type]
    return level


@pytest.mark.parametrize(
    ("sign", "day", "finding"),
    [
        ("soreness", 3, "expected_soreness"),
        ("soreness", 4, "lasting_soreness"),
        ("nausea", 1, "expected_nausea"),
        ("nausea", 2, "nausea_lasting"),
        ("dizzy", 1, "mild_dizziness"),
        ("dizzy", 2, "palpitations"),
        ("rash", 7, "allergic_rash"),
        ("rash", 8, "late_rash"),
        ("sleepy", 0, "expected_sleepiness"),
        ("sleepy", 1, "sleepy_late"),
    ],
)
def test_a_sign_means_what_its_day_makes_of_it(sign: str, day: int, finding: str) -> None:
    assert meaning_of_sign(sign, Context(day=day), None, NOTHING, PROTOCOL) == finding


@pytest.mark.parametrize(
    ("value", "finding"),
    [
        (98.6, None),
        (99.5, "low_grade_temp"),
        (100.3, "low_grade_temp"),
        (100.4, "fever"),
        (102.9, "fever"),
        (103.0, "high_fever"),
    ],
)
def test_the_borders_of_fever(value: float, finding: str | None) -> None:
    meaning = meaning_of_measurement(Measurement("temperature_f", value, "", 0, 0), Context(day=2), PROTOCOL)
    assert (meaning[0] if meaning else None) == finding


def test_every_finding_alone_gives_its_own_level() -> None:
    for name, row in PROTOCOL.findings.items():
        assert decided(name, day=5, blood_thinner=False) == row.level


@pytest.mark.parametrize(
    ("findings", "facts", "context"),
    [
        (("fever", "severe_pain"), (), {"day": 9}),
        (("fever", "leg_numbness"), (), {"day": 9}),
        (("fever",), ("rigors",), {"day": 9}),
        (("fever", "palpitations"), (), {"day": 9}),
        (("leg_numbness",), ("both_sides",), {"day": 9}),
        (("leg_numbness",), ("spreading",), {"day": 9}),
        (("leg_weakness",), (), {"day": 3}),
        (("leg_weakness",), (), {"day": None}),
        (("leg_weakness",), (), {"day": 9, "blood_thinner": True}),
        (("leg_swelling", "chest_pain"), (), {"day": 9}),
        (("allergic_rash", "breathing_difficulty"), (), {"day": 1}),
        (("new_pain_or_fall",), ("head_hit",), {"day": 9, "blood_thinner": True}),
        (("new_pain_or_fall", "leg_numbness"), (), {"day": 9}),
        (("fever",), ("risk_told",), {"day": 9}),
    ],
)
def test_combinations_are_emergencies(
    findings: tuple[str, ...], facts: tuple[str, ...], context: dict[str, object]
) -> None:
    assert decided(*findings, facts=frozenset(facts), **context) is Disposition.EMERGENCY


def test_findings_of_the_open_episode_add_up_with_new_ones() -> None:
    assert decided("severe_pain", day=6, episode=("fever",)) is Disposition.EMERGENCY


def test_an_old_finding_alone_gives_no_level_to_a_new_message() -> None:
    assert decided(day=6, episode=("fever", "severe_pain")) is Disposition.NONE


def test_two_urgent_findings_stay_urgent_and_page_the_on_call() -> None:
    level, _, page = decide([Found("fever"), Found("wound_infection")], NOTHING, Context(day=6), PROTOCOL)
    assert level is Disposition.URGENT
    assert page


def test_without_a_procedure_date_nothing_is_self_care() -> None:
    assert decided("expected_soreness", day=None) is Disposition.ROUTINE


def test_constipation_with_vomiting_is_urgent() -> None:
    assert decided("constipation", "vomiting", day=6) >= Disposition.URGENT


def test_a_risk_raises_by_one_level() -> None:
    assert decided("low_grade_temp", facts=frozenset({"risk_told"}), day=6) is Disposition.URGENT
