"""Why a message got its level: the rules that fired with the full titles of their sources, and what each reader made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.console import wording
from bot.console.highlight import FIRING
from bot.records.models import RiskAssessment
from bot.triage.protocol import load_protocol


@dataclass(frozen=True, slots=True)
class FindingView:
    """One mention: what it is, whether it counts and in which words it stood."""

    label: str
    status: str
    words: str
    fires: bool


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule that fired. `source` is as the protocol writes it; `titles` explains the ids in it."""

    label: str
    level: str
    source: str
    titles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a nurse needs in order to check one reading of one message."""

    level: str
    findings: tuple[FindingView, ...]
    rules: tuple[RuleView, ...]
    readers: tuple[tuple[str, str], ...]
    disagree: bool
    doubts: tuple[str, ...]
    ask: str | None
    protocol: str

    @property
    def sources(self) -> dict[str, str]:
        """The titles of all sources that the rules name, each once."""
        return {name: title for rule in self.rules for name, title in rule.titles}


def evidence(assessment: RiskAssessment) -> Evidence:
    """The stored assessment in plain words. What it does not hold is left out, never guessed."""
    readers = tuple(
        (wording.reader_label(str(reader)), str(level)) for reader, level in assessment.readers.items() if level
    )
    return Evidence(
        level=assessment.disposition,
        findings=tuple(_finding(mention) for mention in assessment.findings),
        rules=tuple(_rule(rule) for rule in assessment.rules),
        readers=readers,
        disagree=len({level for _, level in readers}) > 1,
        doubts=tuple(wording.plain(str(doubt)) for doubt in assessment.doubts),
        ask=assessment.ask,
        protocol=assessment.protocol,
    )


def source_titles(source: str, titles: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Those of the protocol's sources that a rule's `source` names, in its order: "S3 (ER), sepsis" names two."""
    named = {}
    for name in titles:
        found = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", source)
        if found:
            named[found.start()] = name
    return tuple((named[place], titles[named[place]]) for place in sorted(named))


def _finding(mention: Mapping[str, Any]) -> FindingView:
    status = str(mention.get("status", ""))
    return FindingView(
        wording.plain(str(mention.get("finding", ""))),
        wording.status_label(status),
        str(mention.get("text", "")),
        status in FIRING,
    )


def _rule(rule: Mapping[str, Any]) -> RuleView:
    source = str(rule.get("source", ""))
    return RuleView(
        wording.plain(str(rule.get("id", ""))),
        str(rule.get("level", "none")),
        source,
        source_titles(source, load_protocol().sources),
    )
