"""The reasons beside a message are those of the protocol, in full, and what is stored badly is left out."""

import pytest

from bot.console.evidence import evidence, source_titles
from bot.records.models import RiskAssessment
from bot.triage.protocol import load_protocol
from tests.console.scene import read_text

TITLES = {"S1": "First", "S3": "Third", "dvt": "Clots", "cauda-equina": "Horse tail"}


def stored(text, **changes):
    """The assessment of a text as the records keep it."""
    read = read_text(text).as_dict()
    values = {name: read[name] for name in ("disposition", "findings", "rules", "doubts", "ask", "protocol")}
    return RiskAssessment(**{**values, "readers": {"screen": "emergency", "agent": "emergency"}, **changes})


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("S3 (raised from doctor to 911), S1", ["S3", "S1"]),
        ("S3 (ER), cauda-equina", ["S3", "cauda-equina"]),
        ("S33, xS1, dvt-guidance", []),
        ("", []),
    ],
)
def test_the_sources_that_a_rule_names_are_found_in_its_order(source, named):
    assert [name for name, _ in source_titles(source, TITLES)] == named


def test_every_finding_of_the_protocol_names_a_source_that_has_a_title():
    protocol = load_protocol()

    assert [f.id for f in protocol.findings.values() if not source_titles(f.source, protocol.sources)] == []


def test_a_rule_says_on_what_it_fires_and_each_source_is_explained_once():
    seen = evidence(stored("my legs went to jelly and my chest hurts"))

    assert {rule.label for rule in seen.rules} >= {"Chest pain", "Leg paralysis"}
    assert all(rule.because and rule.source for rule in seen.rules)
    assert len(seen.sources) == len(set(seen.sources))


def test_a_combination_names_what_came_together():
    together = ["fever", "severe_pain"]
    rule = {"id": "combination.fever_and_pain", "level": "emergency", "source": "S3", "findings": together}
    [seen] = evidence(stored("", rules=[rule])).rules

    assert (seen.label, seen.because) == ("Fever and pain", "fever + severe pain")


def test_what_does_not_count_is_listed_with_the_reason():
    [denied] = evidence(stored("i dont have a fever")).not_counted

    assert (denied.label, denied.status) == ("Fever", "denied")


@pytest.mark.parametrize(
    ("readers", "shown", "disagree"),
    [
        ({"agent": "urgent", "screen": "emergency"}, ["Safety screen", "Assistant"], True),
        ({"agent": "urgent", "screen": "urgent"}, ["Safety screen", "Assistant"], False),
        ({"agent": "unavailable", "screen": "urgent"}, ["Safety screen", "Assistant"], False),
        ({"screen": "urgent"}, ["Safety screen"], False),
        ({}, [], False),
    ],
)
def test_readers_come_in_one_order_and_only_two_levels_can_disagree(readers, shown, disagree):
    seen = evidence(stored("my chest hurts", readers=readers))

    assert [reader for reader, _ in seen.readers] == shown
    assert seen.disagree is disagree


def test_rows_that_lack_everything_are_shown_without_what_they_lack():
    seen = evidence(stored("", findings=[{}], rules=[{}], readers={}))

    assert [(rule.label, rule.because, rule.level) for rule in seen.rules] == [("", "", "none")]
