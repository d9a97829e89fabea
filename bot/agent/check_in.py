"""The plan of the check-in: which items are asked, in which order, and which of them a message answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.triage import CHECK_IN_ITEMS, Assessment
from bot.triage.schema import DATA, load_checked

YES, NO, SAID, SKIPPED = "yes", "no", "said", "skipped"


@dataclass(frozen=True, slots=True)
class Plan:
    """`data/protocol/check_in.yml`: `answered_by` is `yes_no`, `number` or `words` (any statement settles it)."""

    item_of: Mapping[str, str]  # finding -> item
    answered_by: Mapping[str, str]
    red_flags: tuple[str, ...]
    later_from: int
    later_first: tuple[str, ...]

    def items(self, day: int | None, previous: Mapping[str, str]) -> tuple[str, ...]:
        """The items of a check-in on this day; `previous` are the answers of the one before."""
        if day is None or day < self.later_from or not _clear(previous):
            return CHECK_IN_ITEMS
        return self.later_first + tuple(item for item in CHECK_IN_ITEMS if item not in self.later_first)


@lru_cache(maxsize=1)
def load_plan() -> Plan:
    """Read and check the plan. Raises DataError."""
    data = load_checked(DATA / "protocol" / "check_in.yml", DATA / "protocol" / "check_in.schema.json")
    return Plan(
        item_of={finding: item for item, row in data["items"].items() for finding in row["findings"]},
        answered_by={item: row["answered_by"] for item, row in data["items"].items()},
        red_flags=tuple(data["red_flags"]),
        later_from=data["later"]["from_day"],
        later_first=tuple(data["later"]["first"]),
    )


def _clear(answers: Mapping[str, str]) -> bool:
    trouble = {item for item, value in answers.items() if value == YES}
    return bool(answers) and not trouble


def answers_in(assessment: Assessment, asked: str | None) -> dict[str, str]:
    """What the message settles, item -> value: what triage read, and what it mentions or denies unasked."""
    plan = load_plan()
    settled = dict(assessment.answers)
    if settled.get("pain") == NO:
        settled["pain"] = "0"
    elif settled.get("pain") in (YES, SAID):
        del settled["pain"]  # how bad it is remains to be asked
    for mention in assessment.findings:
        item = plan.item_of.get(mention.finding)
        if item is None or _is_number(settled.get(item)):
            continue
        if mention.fires and item != "pain":
            settled[item] = YES  # whatever word the message began with
        elif mention.status in ("negated", "unchanged") and item != "pain":
            settled.setdefault(item, NO)
    if asked in CHECK_IN_ITEMS and asked not in settled and plan.answered_by[asked] == "words" and assessment.present:
        settled[asked] = SAID
    return settled


def _is_number(value: str | None) -> bool:
    return value is not None and value.replace(".", "", 1).isdigit()
