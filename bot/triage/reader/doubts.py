"""When a probability is a doubt: thresholds are data, chosen from a curve (`data/reader/thresholds.yml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.triage.assessment import Disposition
from bot.triage.protocol import Protocol
from bot.triage.reader.plug import ANY
from bot.triage.schema import DATA, load_checked


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`ask`: from this probability of any red flag on, the patient is asked. `alert`: from here on it counts as urgent.

    `second`: how much less likely than the first a second finding may be to be doubted as well.
    """

    ask: float
    alert: float
    second: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding that no rule fired on, and how likely the reader thinks a red flag is; `strong`: treat as urgent."""

    findings: tuple[str, ...]
    probability: float
    strong: bool


@lru_cache(maxsize=1)
def load_thresholds() -> Thresholds:
    """The thresholds in force. Raises DataError."""
    data = load_checked(DATA / "reader" / "thresholds.yml", DATA / "reader" / "thresholds.schema.json")
    return Thresholds(data["ask"], data["alert"], data["second"])


def doubts_about(
    probabilities: Mapping[str, float],
    level: Disposition,
    present: frozenset[str],
    protocol: Protocol,
    limits: Thresholds,
    settled: frozenset[str] = frozenset(),
) -> Doubt | None:
    """The doubt that these probabilities raise over what the rules made of the message; None where they raise none.

    `settled`: findings that a measurement has answered; where one of them is the likeliest, nothing is asked.
    """
    if level >= Disposition.URGENT:
        return None
    likely = probabilities.get(ANY, 0.0)
    if likely < limits.ask:
        return None
    askable = [
        (probability, finding)
        for finding, probability in probabilities.items()
        if finding in protocol.findings
        and finding not in present
        and protocol.findings[finding].question
        and protocol.findings[finding].level > level
    ]
    if not askable:
        return None
    askable.sort(reverse=True)
    if askable[0][1] in settled:
        return None
    best = askable[0][0]
    chosen = tuple(finding for probability, finding in askable[:2] if probability >= best * limits.second)
    return Doubt(chosen, likely, likely >= limits.alert)
