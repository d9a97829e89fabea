"""The measures: recall of emergencies at three strengths, false alerts, false questions, each with its 95% interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt

from bench.triage.messages import Message
from bot.triage import Assessment, Disposition

#: Tags of the protocol's section 2: what a mention means.
STATUS_TAGS = (
    "negation",
    "negation_scope",
    "hypothetical",
    "past",
    "pre_procedure",
    "other_person",
    "figure_of_speech",
)


@dataclass(slots=True)
class Share:
    """`hits` of `total`."""

    hits: int = 0
    total: int = 0

    def add(self, hit: bool) -> None:
        self.hits += hit
        self.total += 1

    @property
    def rate(self) -> float:
        return self.hits / self.total if self.total else 0.0

    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval."""
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.96, self.total, self.rate
        middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{100 * self.rate:.1f}% ({self.hits}/{self.total}; {100 * low:.1f} to {100 * high:.1f})"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a message: the level, the findings that fire, and those that it would ask about."""

    level: Disposition
    present: frozenset[str] = frozenset()
    doubts: tuple[str, ...] = ()

    @classmethod
    def of(cls, assessment: Assessment) -> Reading:
        return cls(assessment.disposition, frozenset(assessment.present), assessment.doubts)


@dataclass(slots=True)
class Score:
    """The table of one reader on one set of messages."""

    emergency_as_emergency: Share = field(default_factory=Share)
    emergency_as_urgent: Share = field(default_factory=Share)
    emergency_caught: Share = field(default_factory=Share)
    urgent_caught: Share = field(default_factory=Share)
    false_alert: Share = field(default_factory=Share)
    false_question: Share = field(default_factory=Share)
    level_right: Share = field(default_factory=Share)
    status_right: Share = field(default_factory=Share)
    by_finding: dict[str, Share] = field(default_factory=dict)
    by_tag: dict[str, Share] = field(default_factory=dict)
    missed: list[tuple[Message, Reading]] = field(default_factory=list)
    alerted: list[tuple[Message, Reading]] = field(default_factory=list)

    def rows(self) -> list[tuple[str, Share]]:
        return [
            ("emergencies rated emergency", self.emergency_as_emergency),
            ("emergencies rated at least urgent", self.emergency_as_urgent),
            ("emergencies caught (at least urgent, or the right question asked)", self.emergency_caught),
            ("urgent caught", self.urgent_caught),
            ("harmless wrongly alerted", self.false_alert),
            ("harmless wrongly asked", self.false_question),
            ("level within the label's range", self.level_right),
            ("right on lines tagged with a status (section 2)", self.status_right),
        ]


def score(messages: Sequence[Message], readings: Iterable[Reading]) -> Score:
    """Hold each reading against its message's label."""
    result = Score()
    for message, reading in zip(messages, readings, strict=True):
        asked_rightly = bool(set(reading.doubts) & message.findings)
        caught = reading.level >= Disposition.URGENT or asked_rightly
        right = message.low <= reading.level <= message.high
        if message.low is Disposition.EMERGENCY:
            result.emergency_as_emergency.add(reading.level is Disposition.EMERGENCY)
            result.emergency_as_urgent.add(reading.level >= Disposition.URGENT)
            result.emergency_caught.add(caught)
        elif message.low is Disposition.URGENT:
            result.urgent_caught.add(caught)
        if message.low >= Disposition.URGENT and not caught:
            result.missed.append((message, reading))
        if message.is_harmless:
            alerted = reading.level >= Disposition.URGENT
            result.false_alert.add(alerted)
            result.false_question.add(not alerted and bool(reading.doubts))
            if alerted:
                result.alerted.append((message, reading))
        result.level_right.add(right)
        for finding in message.findings:
            result.by_finding.setdefault(finding, Share()).add(finding in reading.present or finding in reading.doubts)
        tags = [tag for tag in STATUS_TAGS if tag in message.tags]
        if tags:
            result.status_right.add(right)
        for tag in tags:
            result.by_tag.setdefault(tag, Share()).add(right)
    return result
