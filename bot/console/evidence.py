"""Why a message got its level: the rules that fired, the titles of their sources, what each reader made of it."""

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
    """One mention: what it is, in which words it stood, and whether it counts."""

    label: str
    status: str
    words: str
    fires: bool


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule that fired. `because` says on what; `source` is as the protocol writes it, `titles` explains its ids."""

    label: str
    because: str
    level: str
    source: str
    titles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a nurse needs in order to check one reading of one message."""

    level: str
    not_counted: tuple[FindingView, ...]
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
        (wording.reader_label(reader), str(assessment.readers[reader]))
        for reader in ("screen", "agent")
        if assessment.readers.get(reader)
    )
    return Evidence(
        level=assessment.disposition,
        not_counted=tuple(view for view in map(_finding, assessment.findings) if not view.fires),
        rules=tuple(_rule(rule) for rule in assessment.rules),
        readers=readers,
        disagree=len({level for _, level in readers if level in wording.LEVELS}) > 1,
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
    protocol = load_protocol()
    source = str(rule.get("source", ""))
    kind, _, name = str(rule.get("id", "")).rpartition(".")
    finding = protocol.findings.get(name)
    if kind == "finding" and finding is not None:
        because = finding.fires_on
    else:
        because = " + ".join(wording.plain(str(used)).lower() for used in rule.get("findings", ()))
    return RuleView(
        wording.plain(name), because, str(rule.get("level", "none")), source, source_titles(source, protocol.sources)
    )
