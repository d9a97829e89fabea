"""What triage takes and what it gives: plain frozen values, shared by every part of the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Disposition(IntEnum):
    """The ladder of the protocol, section 1; a higher number wins."""

    NONE = 0
    SELF_CARE = 1
    ROUTINE = 2
    URGENT = 3
    EMERGENCY = 4

    @property
    def id(self) -> str:
        """The protocol's name for the level, such as `self_care`."""
        return self.name.lower()

    @classmethod
    def of(cls, name: str) -> Disposition:
        """The level called `name`. Raises KeyError for a name that the protocol does not have."""
        return cls[name.upper()]


#: Statuses of a mention (protocol, section 2). `present`, `uncertain` and `resolved` fire; the others do not.
STATUSES = (
    "present",
    "uncertain",
    "resolved",  # happened since the procedure, over now
    "negated",
    "historical",  # before the procedure
    "unchanged",  # old, and said to be as always
    "hypothetical",
    "other_person",
    "figurative",
)

FIRING = ("present", "uncertain", "resolved")

#: The items of the check-in, in the order in which they are asked (protocol, section 4).
CHECK_IN_ITEMS = ("breathing", "legs", "bladder_bowel", "temperature", "wound", "pain", "medicine", "anything_else")


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about the patient when a message is read. `day` is days since the procedure, None if unknown."""

    day: int | None = None
    blood_thinner: bool | None = None
    asked: str | None = None  # a check-in item, or `doubt:<finding>` after the second reader's question
    language: str = "en"
    risks: frozenset[str] = frozenset()
    episode: tuple[str, ...] = ()  # finding ids that fired earlier in the open episode

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Context:
        """Build a context from JSON-like data; unknown keys are ignored. Raises ValueError naming the bad field."""
        day = data.get("day")
        if day is not None and (isinstance(day, bool) or not isinstance(day, int) or not -3650 <= day <= 36500):
            raise ValueError("day must be a whole number of days or null")
        thinner = data.get("blood_thinner")
        if thinner is not None and not isinstance(thinner, bool):
            raise ValueError("blood_thinner must be true, false or null")
        asked = data.get("asked")
        if asked is not None and not (
            isinstance(asked, str) and (asked in CHECK_IN_ITEMS or asked.startswith("doubt:"))
        ):
            raise ValueError(f"asked must be null or one of {', '.join(CHECK_IN_ITEMS)}")
        language = data.get("language") or "en"
        if language not in ("en", "es"):
            raise ValueError("language must be en or es")
        risks = data.get("risks") or ()
        episode = data.get("episode") or ()
        for name, value in (("risks", risks), ("episode", episode)):
            if isinstance(value, str) or not all(isinstance(item, str) for item in value):
                raise ValueError(f"{name} must be a list of ids")
        return cls(day, thinner, asked, language, frozenset(risks), tuple(episode))


@dataclass(frozen=True, slots=True)
class Mention:
    """One finding in the text. `start` and `end` are character offsets into the text as it was given."""

    finding: str
    status: str
    text: str
    start: int
    end: int
    cue: str | None = None  # the words that decided the status, such as "no" or "my neighbour"

    @property
    def fires(self) -> bool:
        """Whether a mention of this status counts as the finding."""
        return self.status in FIRING

    def as_dict(self) -> dict[str, Any]:
        return {"finding": self.finding, "status": self.status, "text": self.text, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule of the protocol that fired: its id, the level that it gives, its sources and the findings it used."""

    id: str
    level: Disposition
    source: str
    findings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "level": self.level.id, "source": self.source, "findings": list(self.findings)}


@dataclass(frozen=True, slots=True)
class Measurement:
    """A number that was read: kind is temperature_f, pain, pulse, oxygen, hours or days."""

    kind: str
    value: float
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """What triage made of one message.

    `answers`: check-in items that the message answers, item -> value (`yes`, `no`, a number as text, or `said`).
    `ask`: one question, in the patient's language, when a modifier is missing or a doubt must be settled.
    `page_on_call`: two different urgent findings at once. `understood`: False when there was nothing to read.
    """

    disposition: Disposition
    findings: tuple[Mention, ...] = ()
    rules: tuple[RuleHit, ...] = ()
    doubts: tuple[str, ...] = ()
    ask: str | None = None
    measurements: tuple[Measurement, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    page_on_call: bool = False
    understood: bool = True
    protocol: str = ""

    @property
    def present(self) -> tuple[str, ...]:
        """Ids of the findings that fire, without repeats, in order of appearance."""
        return tuple(dict.fromkeys(m.finding for m in self.findings if m.fires))

    @property
    def is_red_flag(self) -> bool:
        return self.disposition >= Disposition.URGENT

    def as_dict(self) -> dict[str, Any]:
        """The JSON form that the agent's channel and the database use."""
        return {
            "disposition": self.disposition.id,
            "findings": [m.as_dict() for m in self.findings],
            "rules": [r.as_dict() for r in self.rules],
            "doubts": list(self.doubts),
            "ask": self.ask,
            "answers": dict(self.answers),
            "page_on_call": self.page_on_call,
            "understood": self.understood,
            "protocol": self.protocol,
        }
