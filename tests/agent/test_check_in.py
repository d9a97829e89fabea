"""Which items a check-in asks, and which of them a message settles."""

from __future__ import annotations

import pytest

from bot.agent.check_in import answers_in, load_plan
from bot.triage import CHECK_IN_ITEMS, Assessment, Context, Disposition, Mention, assess
from bot.triage.protocol import load_protocol

CLEAR = dict.fromkeys(CHECK_IN_ITEMS, "no")


def test_the_plan_covers_the_items_and_findings_of_the_protocol() -> None:
    plan = load_plan()
    assert tuple(plan.answered_by) == CHECK_IN_ITEMS
    assert set(plan.item_of) <= set(load_protocol().findings)
    assert set(plan.red_flags) | set(plan.later_first) <= set(CHECK_IN_ITEMS)


@pytest.mark.parametrize("day", [None, 0, 2])
def test_the_first_days_ask_the_most_dangerous_first(day: int | None) -> None:
    assert load_plan().items(day, CLEAR) == CHECK_IN_ITEMS


def test_later_days_ask_for_the_wound_and_the_pain_first_if_all_was_clear() -> None:
    later = load_plan().items(5, CLEAR)
    assert later[:2] == ("wound", "pain")
    assert sorted(later) == sorted(CHECK_IN_ITEMS)
    assert load_plan().items(5, {**CLEAR, "legs": "yes"}) == CHECK_IN_ITEMS
    assert load_plan().items(5, {}) == CHECK_IN_ITEMS


@pytest.mark.parametrize(
    ("text", "asked", "settled"),
    [
        ("nope", "legs", {"legs": "no"}),
        ("2", "wound", {"wound": "no"}),
        ("98.6", "temperature", {"temperature": "98.6"}),
        ("3", "pain", {"pain": "3"}),
        ("no pain at all", "pain", {"pain": "0"}),
        ("yes", "pain", {}),
        ("purple", "legs", {}),
    ],
)
def test_what_a_message_settles(text: str, asked: str, settled: dict[str, str]) -> None:
    assert answers_in(assess(text, Context(day=1, asked=asked)), asked) == settled


def test_a_sign_of_trouble_outweighs_the_no_before_it() -> None:
    mention = Mention("leg_paralysis", "present", "wont hold me up", 8, 23)
    read = Assessment(Disposition.EMERGENCY, (mention,), answers={"legs": "no"})
    assert answers_in(read, "legs") == {"legs": "yes"}
