"""The state of a conversation between two turns: kept by the caller, handed in and out as JSON with every turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.triage import CHECK_IN_ITEMS

#: After this long a new session starts: an unfinished check-in is offered, not simply gone on with.
SESSION = timedelta(hours=12)
KINDS = ("check_in", "red_flags")
OFFERS = ("go_on", "resume")


class DialogueError(ValueError):
    """The dialogue that was handed in is not one that the agent wrote; the message names the field."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One conversation's state.

    `active`: a check-in is running and `requested` is the item asked. `offer`: a yes/no offer made in the last turn.
    `answers` are those of the check-in that runs or was interrupted, `previous` those of the one finished before.
    `said`: the bot's sentences of its last turn, so that it does not repeat them. `at`: when that turn was, if known.
    """

    active: bool = False
    kind: str = "check_in"
    items: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    requested: str | None = None
    last_item: str | None = None
    offer: str | None = None
    not_understood: int = 0
    previous: Mapping[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    at: str | None = None

    @property
    def unfinished(self) -> bool:
        """Whether a check-in was begun and not brought to its end."""
        return any(item not in self.answers for item in self.items)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "items": list(self.items), "said": list(self.said)}

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Dialogue:
        """Read what `as_dict` wrote; unknown fields are ignored and {} is a new conversation. Raises DialogueError."""
        dialogue = cls(
            active=_of_type(data, "active", bool, False),
            kind=_one_of(data, "kind", KINDS) or "check_in",
            items=tuple(_item("items", item) for item in _of_type(data, "items", list, [])),
            answers=_answers(data, "answers"),
            requested=_one_of(data, "requested", CHECK_IN_ITEMS),
            last_item=_one_of(data, "last_item", CHECK_IN_ITEMS),
            offer=_one_of(data, "offer", OFFERS),
            not_understood=_of_type(data, "not_understood", int, 0),
            previous=_answers(data, "previous"),
            said=tuple(str(text) for text in _of_type(data, "said", list, [])),
            at=_of_type(data, "at", str, None),
        )
        if dialogue.active and dialogue.requested is None:
            raise DialogueError("requested must name the item while a check-in is active")
        return dialogue

    def expired(self, now: datetime | None) -> bool:
        """Whether so much time has gone by since the last turn that a new session starts."""
        if now is None or self.at is None:
            return False
        return now - parse_time("at", self.at) > SESSION


def parse_time(name: str, value: str) -> datetime:
    """An ISO 8601 time with its offset. Raises DialogueError that names the field."""
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise DialogueError(f"{name} must be an ISO 8601 time") from error
    if time.tzinfo is None:
        raise DialogueError(f"{name} must carry its offset from UTC")
    return time


def _of_type(data: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    value = data.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise DialogueError(f"{name} must be of type {kind.__name__}")
    return value


def _one_of(data: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str | None:
    value = data.get(name)
    if value is not None and value not in allowed:
        raise DialogueError(f"{name} must be null or one of {', '.join(allowed)}")
    return value


def _item(name: str, value: Any) -> str:
    if value not in CHECK_IN_ITEMS:
        raise DialogueError(f"{name} may hold only {', '.join(CHECK_IN_ITEMS)}")
    return str(value)


def _answers(data: Mapping[str, Any], name: str) -> dict[str, str]:
    return {_item(name, item): str(value) for item, value in _of_type(data, name, dict, {}).items()}
