"""The clinical protocol, read from `data/protocol/*.yml`: findings, meanings of signs and numbers, combinations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.triage.assessment import CHECK_IN_ITEMS, Disposition
from bot.triage.schema import DATA, DataError, line_of_text, load_checked


@dataclass(frozen=True, slots=True)
class Finding:
    """A row of the protocol's section 3. `question` maps a language to the yes/no question for a doubt about it."""

    id: str
    level: Disposition
    fires_on: str
    source: str
    question: dict[str, str]


@dataclass(frozen=True, slots=True)
class SignMeaning:
    """One line of what a sign means; the conditions that are not None must hold."""

    finding: str | None
    day_from: int | None
    day_to: int | None
    hours_from: float | None
    with_: frozenset[str]
    without: frozenset[str]


@dataclass(frozen=True, slots=True)
class MeasurementRule:
    """A half-open range [low, high) of a measurement that means a finding."""

    kind: str
    low: float
    high: float
    day_from: int | None
    day_to: int | None
    finding: str
    source: str


@dataclass(frozen=True, slots=True)
class Combination:
    """Findings and facts that together give a level, or raise one."""

    id: str
    all_of: frozenset[str]
    any_of: frozenset[str]
    also: frozenset[str]
    day_to: int | None
    blood_thinner: bool
    level: Disposition | None
    raise_by: int
    source: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """A whole protocol; `name` is what every assessment carries, such as `vertebroplasty@1.0.0`."""

    name: str
    sources: dict[str, str]
    findings: dict[str, Finding]
    signs: dict[str, tuple[SignMeaning, ...]]
    measurements: tuple[MeasurementRule, ...]
    facts: frozenset[str]
    combinations: tuple[Combination, ...]
    answers: dict[str, tuple[str | None, tuple[str, ...]]]


@lru_cache(maxsize=4)
def load_protocol(path: Path = DATA / "protocol" / "vertebroplasty.yml") -> Protocol:
    """Read and check a protocol. Raises DataError with file and line, also for an id that nothing defines."""
    data = load_checked(path, DATA / "protocol" / "protocol.schema.json")
    findings = {
        name: Finding(name, Disposition.of(row["level"]), row["fires_on"], row["source"], row.get("question", {}))
        for name, row in data["findings"].items()
    }
    facts = frozenset(data["facts"])
    _check_ids(path, data, set(findings), facts)
    return Protocol(
        name=f"{data['id']}@{data['version']}",
        sources={name: row["title"] for name, row in data["sources"].items()},
        findings=findings,
        signs={name: tuple(_meaning(line) for line in lines) for name, lines in data["signs"].items()},
        measurements=tuple(_measurement(row) for row in data["measurements"]),
        facts=facts,
        combinations=tuple(_combination(row) for row in data["combinations"]),
        answers={item: (row["yes"], tuple(row["topics"])) for item, row in data["answers"].items()},
    )


def _meaning(line: dict[str, Any]) -> SignMeaning:
    return SignMeaning(
        line["finding"],
        line.get("day_from"),
        line.get("day_to"),
        line.get("hours_from"),
        frozenset(line.get("with", ())),
        frozenset(line.get("without", ())),
    )


def _measurement(row: dict[str, Any]) -> MeasurementRule:
    return MeasurementRule(
        row["kind"],
        row.get("from", float("-inf")),
        row.get("to", float("inf")),
        row.get("day_from"),
        row.get("day_to"),
        row["finding"],
        row["source"],
    )


def _combination(row: dict[str, Any]) -> Combination:
    return Combination(
        row["id"],
        frozenset(row.get("all", ())),
        frozenset(row.get("any", ())),
        frozenset(row.get("also", ())),
        row.get("day_to"),
        bool(row.get("blood_thinner")),
        Disposition.of(row["level"]) if "level" in row else None,
        row.get("raise", 0),
        row["source"],
    )


def _check_ids(path: Path, data: dict[str, Any], findings: set[str], facts: frozenset[str]) -> None:
    def need(name: str | None, known: set[str] | frozenset[str], what: str) -> None:
        if name is not None and name not in known:
            raise DataError(f"{path}:{line_of_text(path, name)}: {what} {name} is not defined")

    for lines in data["signs"].values():
        for line in lines:
            need(line["finding"], findings, "finding")
            for name in [*line.get("with", ()), *line.get("without", ())]:
                need(name, facts | findings, "fact")
    for row in data["measurements"]:
        need(row.get("finding"), findings, "finding")
    for row in data["combinations"]:
        for name in [*row.get("all", ()), *row.get("any", ()), *row.get("also", ())]:
            need(name, facts | findings, "finding or fact")
    for item, row in data["answers"].items():
        need(item, frozenset(CHECK_IN_ITEMS), "check-in item")
        need(row["yes"], findings, "finding")
