"""What a turn is expected to bring, how it is compared with what came, and the table of what differed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.triage import CHECK_IN_ITEMS, Disposition

_LEVELS = tuple(level.id for level in Disposition)
_LONGEST_CELL = 60


class ExpectationError(ValueError):
    """An `expect` object that cannot be checked; the message names the field."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One expectation that was not met: in which turn, which key, what was wanted and what came."""

    conversation: str
    turn: int
    key: str
    wanted: str
    came: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """The checks of one turn, by their keys."""

    checks: Mapping[str, Any]

    @classmethod
    def from_json(cls, data: Any, place: str) -> Expectation:
        """Raises ExpectationError: an unknown key would be a check that never fails."""
        if not isinstance(data, dict):
            raise ExpectationError(f"{place} must be an object")
        checks: dict[str, Any] = {}
        for key, value in data.items():
            if key not in _READERS:
                raise ExpectationError(f"{place}.{key} is not known; there are {', '.join(_READERS)}")
            checks[key] = _READERS[key](value, f"{place}.{key}")
        return cls(checks)

    def differences(self, conversation: str, turn: int, came: Mapping[str, Any]) -> Iterator[Difference]:
        """What of the turn's outcome is not as expected."""
        for key, wanted in self.checks.items():
            holds, actual = _holds(key, wanted, came)
            if not holds:
                yield Difference(conversation, turn, key, _shown(wanted), _shown(actual))


def table(differences: Sequence[Difference]) -> str:
    """The differences, a line each, in columns as wide as they need to be."""
    head = ("conversation", "turn", "key", "expected", "came")
    rows = [head, *((d.conversation, str(d.turn), d.key, d.wanted, d.came) for d in differences)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _holds(key: str, wanted: Any, came: Mapping[str, Any]) -> tuple[bool, Any]:
    """Whether the check holds, and what it was held against."""
    said = "\n".join(came["replies"])
    if key in ("min", "max", "episode_min"):
        actual = came["episode" if key == "episode_min" else "disposition"]
        level, bound = Disposition.of(actual), Disposition.of(wanted)
        return level <= bound if key == "max" else level >= bound, actual
    if key == "says_any":
        return any(phrase.casefold() in said.casefold() for phrase in wanted), said
    if key == "never_says":
        return not any(phrase.casefold() in said.casefold() for phrase in wanted), said
    if key == "bot_silent":
        return (not came["replies"]) is wanted, said
    return came[key] == wanted, came[key]


def _shown(value: Any) -> str:
    text = " | ".join(value) if isinstance(value, tuple) else "none" if value is None else str(value)
    text = " ".join(text.split()) or "(nothing)"
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


def _level(value: Any, place: str) -> str:
    if value not in _LEVELS:
        raise ExpectationError(f"{place} must be one of {', '.join(_LEVELS)}")
    return str(value)


def _item(value: Any, place: str) -> str | None:
    if value is not None and value not in CHECK_IN_ITEMS:
        raise ExpectationError(f"{place} must be null or one of {', '.join(CHECK_IN_ITEMS)}")
    return None if value is None else str(value)


def _phrases(value: Any, place: str) -> tuple[str, ...]:
    phrases = [value] if isinstance(value, str) else value
    if not isinstance(phrases, list) or not phrases or not all(isinstance(p, str) and p.strip() for p in phrases):
        raise ExpectationError(f"{place} must be a text or a list of texts, none of them empty")
    return tuple(phrases)


def _flag(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise ExpectationError(f"{place} must be true or false")
    return value


_READERS = {
    "min": _level,
    "max": _level,
    "episode_min": _level,
    "asks": _item,
    "says_any": _phrases,
    "never_says": _phrases,
    "queued": _flag,
    "opted_out": _flag,
    "bot_silent": _flag,
}
