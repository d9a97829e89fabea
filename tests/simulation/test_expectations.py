"""Each key of `expect` holds or differs as it says, and the differences make a table."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulation.expectations import Difference, Expectation, ExpectationError, table

CAME = {
    "replies": ["Call your doctor now.", "Shall I go on?"],
    "disposition": "urgent",
    "episode": "emergency",
    "asks": "legs",
    "queued": True,
    "opted_out": False,
}
SILENT = {**CAME, "replies": []}


def differing(expect: dict[str, Any], came: dict[str, Any] | None = None) -> list[str]:
    expectation = Expectation.from_json(expect, "expect")
    return [difference.key for difference in expectation.differences("a", 1, came or CAME)]


@pytest.mark.parametrize(
    "expect",
    [
        {"min": "urgent"}, {"min": "none"}, {"max": "urgent"}, {"max": "emergency"}, {"episode_min": "emergency"},
        {"asks": "legs"}, {"says_any": ["911", "YOUR DOCTOR"]}, {"says_any": "shall i"}, {"never_says": ["fine"]},
        {"queued": True}, {"opted_out": False}, {"bot_silent": False}, {},
    ],
)
def test_what_came_as_expected_is_no_difference(expect: dict[str, Any]) -> None:
    assert differing(expect) == []


@pytest.mark.parametrize(
    "expect",
    [
        {"min": "emergency"}, {"max": "routine"}, {"asks": None}, {"asks": "pain"}, {"says_any": ["911"]},
        {"never_says": ["911", "doctor"]}, {"queued": False}, {"opted_out": True}, {"bot_silent": True},
    ],
)
def test_what_came_otherwise_is_a_difference(expect: dict[str, Any]) -> None:
    assert differing(expect) == list(expect)


def test_the_level_of_the_episode_is_held_against_the_episode() -> None:
    assert differing({"episode_min": "urgent"}, {**CAME, "episode": "routine"}) == ["episode_min"]


def test_silence_is_no_reply_at_all() -> None:
    assert differing({"bot_silent": True}, SILENT) == []
    assert differing({"bot_silent": False, "says_any": ["doctor"]}, SILENT) == ["bot_silent", "says_any"]


@pytest.mark.parametrize(
    "expect",
    [
        {"minimum": "urgent"}, {"min": "high"}, {"min": None}, {"max": []}, {"asks": "knee"}, {"asks": {}},
        {"says_any": []}, {"says_any": [""]}, {"says_any": [1]}, {"never_says": " "}, {"queued": "yes"},
        {"opted_out": 0}, {"bot_silent": None},
    ],
)
def test_a_check_that_could_never_fail_is_refused_by_its_key(expect: dict[str, Any]) -> None:
    with pytest.raises(ExpectationError, match=f"expect.{next(iter(expect))} "):
        Expectation.from_json(expect, "expect")


def test_the_table_has_a_line_for_each_difference_in_columns() -> None:
    lines = table([Difference("a long name", 12, "min", "urgent", "none"), Difference("b", 1, "asks", "legs", "pain")])
    head, first, second = lines.splitlines()
    assert head.split() == ["conversation", "turn", "key", "expected", "came"]
    assert first.startswith("a long name ")
    assert first.split()[3:] == ["12", "min", "urgent", "none"]
    assert head.index("key") == first.index("min") == second.index("asks")


def test_a_long_answer_is_shortened_to_one_line() -> None:
    expectation = Expectation.from_json({"says_any": ["911"]}, "expect")
    (difference,) = expectation.differences("a", 1, {**CAME, "replies": ["word " * 100, "two\nlines"]})
    assert len(difference.came) == 60
    assert "\n" not in difference.came
