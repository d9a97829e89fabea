"""The file of conversations to play: one JSON object a line, read strictly, so that no slip passes unseen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.records.people import LANGUAGES
from bot.simulation.expectations import Expectation, ExpectationError

CHANNELS = ("sms", "web")
WRITERS = ("patient", "caregiver")
_LONGEST_AGE = 36_500  # days; no procedure is a hundred years old
_LONGEST_WAIT = 60 * 24 * 31


class ScriptError(Exception):
    """A line of the file is not a conversation. The message names the line and the field."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


@dataclass(frozen=True, slots=True)
class ScriptedTurn:
    """What the patient writes, how long after the turn before, and what is expected of the answer."""

    text: str
    after_minutes: float = 0
    expect: Expectation | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One patient's conversation. `day` None: no procedure is known. `writer`: whose phone it is, on SMS."""

    id: str | int
    channel: str
    turns: tuple[ScriptedTurn, ...]
    day: int | None = None
    blood_thinner: bool | None = None
    language: str = "en"
    writer: str = "patient"


def read_script(lines: Iterable[bytes], *, expect: bool) -> Iterator[Conversation]:
    """The conversations, in order; empty lines are passed over. Without `expect` expectations are not read.

    Raises ScriptError.
    """
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            yield _conversation(_json(raw), expect=expect)
        except (_Wrong, ExpectationError) as error:
            raise ScriptError(number, str(error)) from error


class _Wrong(ValueError):
    """A field is missing or impossible; the message names it."""


def _json(raw: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _Wrong("is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise _Wrong(f"is not JSON ({getattr(error, 'msg', 'nested too deeply')})") from error
    if not isinstance(data, dict):
        raise _Wrong("must be a JSON object")
    return data


def _conversation(data: Mapping[str, Any], *, expect: bool) -> Conversation:
    identifier = data.get("id")
    if isinstance(identifier, bool) or not isinstance(identifier, str | int):
        raise _Wrong("id must be a text or a number")
    turns = data.get("turns")
    if not isinstance(turns, list) or not turns:
        raise _Wrong("turns must be a list with at least one turn")
    thinner = data.get("blood_thinner")
    if thinner is not None and not isinstance(thinner, bool):
        raise _Wrong("blood_thinner must be true, false or null")
    conversation = Conversation(
        id=identifier,
        channel=_one_of(data, "channel", CHANNELS),
        turns=tuple(_turn(item, f"turns[{n}]", expect=expect) for n, item in enumerate(turns)),
        day=_day(data.get("day")),
        blood_thinner=thinner,
        language=_one_of(data, "language", LANGUAGES, "en"),
        writer=_one_of(data, "writer", WRITERS, "patient"),
    )
    if conversation.writer == "caregiver" and conversation.channel != "sms":
        raise _Wrong("writer may be caregiver on sms only")
    return conversation


def _turn(data: Any, place: str, *, expect: bool) -> ScriptedTurn:
    if not isinstance(data, dict) or not isinstance(data.get("patient"), str):
        raise _Wrong(f"{place} must be an object with patient, a text")
    minutes = data.get("after_minutes")
    minutes = 0 if minutes is None else minutes
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 <= minutes <= _LONGEST_WAIT:
        raise _Wrong(f"{place}.after_minutes must be a number from 0 to {_LONGEST_WAIT}")
    expected = data.get("expect") if expect else None
    return ScriptedTurn(
        text=data["patient"],
        after_minutes=minutes,
        expect=None if expected is None else Expectation.from_json(expected, f"{place}.expect"),
    )


def _day(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LONGEST_AGE:
        raise _Wrong(f"day must be null or a whole number from 0 to {_LONGEST_AGE}")
    return value


def _one_of(data: Mapping[str, Any], field: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    value = data.get(field)
    value = default if value is None else value
    if value not in allowed:
        raise _Wrong(f"{field} must be one of {', '.join(allowed)}")
    return str(value)
