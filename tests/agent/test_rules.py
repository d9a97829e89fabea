"""Nothing that the agent may hear is left without a rule, in a check-in or outside of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.agent.messages import ROOT, domain

#: Set in a check-in only, and answered by the form; answered by RedFlagPolicy.
WITHOUT_RULE = {"answer", "red_flag"}
BUILT_IN = {"back", "out_of_scope_default", "restart", "session_start"}


def rules() -> Iterator[tuple[bool, set[str]]]:
    """For each rule whether it holds in the check-in, and its intents."""
    for path in sorted((ROOT / "data/rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text())["rules"]:
            inside = any("active_loop" in condition for condition in rule.get("condition", []))
            yield inside, set(_intents(rule["steps"][0]))


def _intents(step: dict[str, Any]) -> Iterator[str]:
    for choice in step.get("or", [step]):
        if "intent" in choice:
            yield choice["intent"]


@pytest.mark.parametrize("inside", [True, False], ids=["in the check-in", "outside"])
def test_every_intent_has_a_rule(inside: bool) -> None:
    heard = set(domain().intents) - WITHOUT_RULE - BUILT_IN
    answered = set().union(*(intents for where, intents in rules() if where is inside))
    assert heard - answered == set()


def test_what_only_the_detector_sets_is_not_taught() -> None:
    taught = {
        example["intent"]
        for path in (ROOT / "data/nlu").glob("*.yml")
        for example in yaml.safe_load(path.read_text())["nlu"]
    }
    assert taught.isdisjoint({"red_flag", "answer", "symptom", "ask_what_if", "about_other_person", "nlu_fallback"})
    assert taught <= set(domain().intents)


def test_no_slot_influences_the_conversation() -> None:
    custom = [slot for slot in domain().slots if slot.name not in ("requested_slot", "session_started_metadata")]
    assert custom
    assert not any(slot.influence_conversation for slot in custom)


def test_no_example_is_taught_for_two_intents() -> None:
    seen: dict[str, str] = {}
    for path in (ROOT / "data/nlu").glob("*.yml"):
        for block in yaml.safe_load(path.read_text())["nlu"]:
            for line in block["examples"].splitlines():
                text = line.removeprefix("- ").lower()
                assert seen.setdefault(text, block["intent"]) == block["intent"], text
