"""Reading the agent's answer: every field checked, so that nothing half-made reaches a patient or the records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.triage import CHECK_IN_ITEMS, STATUSES, Assessment, Disposition, Mention, RuleHit
from bot.triage.protocol import load_protocol

KINDS = ("advice", "question", "answer", "notice")
_LONGEST_TEXT = 1600
_LONGEST_ASK = 300
_MOST_REPLIES = 8


class MalformedReply(ValueError):
    """The answer is not what docs/architecture.md describes; the message names the field."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the patient."""

    kind: str
    text: str
    quick_replies: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AgentReply:
    """What the agent made of one message. `asks`: a check-in item, or `doubt:<finding>`."""

    replies: tuple[Reply, ...]
    triage: Assessment
    asks: str | None = None
    observations: tuple[tuple[str, str], ...] = ()
    handoff: bool = False
    understood: bool = True
    dialogue: Mapping[str, Any] = field(default_factory=dict)


def parse_reply(body: bytes, message_id: str) -> AgentReply:
    """The answer to message `message_id`. Raises MalformedReply."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedReply("the body is not JSON") from error
    if not isinstance(data, dict):
        raise MalformedReply("the body is not an object")
    if data.get("message_id") != message_id:
        raise MalformedReply("message_id is another message's")
    replies = tuple(_reply(item) for item in _list(data, "replies"))
    if not 0 < len(replies) <= _MOST_REPLIES:
        raise MalformedReply(f"replies: 1 to {_MOST_REPLIES} are needed")
    return AgentReply(
        replies=replies,
        triage=parse_assessment(_of_type(data, "triage", dict)),
        asks=_asks(data.get("asks")),
        observations=tuple(_observation(item) for item in _list(data, "observations")),
        handoff=_of_type(data, "handoff", bool),
        understood=_of_type(data, "understood", bool),
        dialogue=_of_type(data, "dialogue", dict),
    )


def parse_assessment(data: Mapping[str, Any]) -> Assessment:
    """What `Assessment.as_dict` wrote. Raises MalformedReply."""
    ask = data.get("ask")
    if ask is not None and not (isinstance(ask, str) and 0 < len(ask) <= _LONGEST_ASK):
        raise MalformedReply("triage.ask")
    answers = _of_type(data, "answers", dict, {})
    return Assessment(
        disposition=_level(data, "disposition"),
        findings=tuple(_mention(item) for item in _list(data, "findings")),
        rules=tuple(_rule(item) for item in _list(data, "rules")),
        doubts=_strings(data, "doubts"),
        ask=ask,
        answers={str(item): str(value) for item, value in answers.items()},
        page_on_call=_of_type(data, "page_on_call", bool, default=False),
        understood=_of_type(data, "understood", bool, default=True),
        protocol=_of_type(data, "protocol", str, ""),
    )


def _reply(data: Any) -> Reply:
    data = _mapping(data, "replies")
    kind, text = _of_type(data, "kind", str), _of_type(data, "text", str)
    if kind not in KINDS:
        raise MalformedReply("replies.kind")
    if not text.strip() or len(text) > _LONGEST_TEXT:
        raise MalformedReply("replies.text")
    buttons = []
    for item in _list(data, "quick_replies"):
        button = _mapping(item, "quick_replies")
        buttons.append({name: _of_type(button, name, str) for name in ("title", "digit", "value")})
    return Reply(kind, text, tuple(buttons))


def _mention(data: Any) -> Mention:
    data = _mapping(data, "triage.findings")
    status = _of_type(data, "status", str)
    if status not in STATUSES:
        raise MalformedReply("triage.findings.status")
    start, end = _of_type(data, "start", int), _of_type(data, "end", int)
    return Mention(_of_type(data, "finding", str), status, _of_type(data, "text", str), start, end)


def _rule(data: Any) -> RuleHit:
    data = _mapping(data, "triage.rules")
    return RuleHit(
        _of_type(data, "id", str), _level(data, "level"), _of_type(data, "source", str), _strings(data, "findings")
    )


def _observation(data: Any) -> tuple[str, str]:
    data = _mapping(data, "observations")
    item = _of_type(data, "item", str)
    if item not in CHECK_IN_ITEMS:
        raise MalformedReply("observations.item")
    return item, _of_type(data, "value", str)


def _asks(value: Any) -> str | None:
    if value is None:
        return None
    known = isinstance(value, str) and (value in CHECK_IN_ITEMS or _is_doubt(value))
    if not known:
        raise MalformedReply("asks")
    return str(value)


def _is_doubt(value: str) -> bool:
    """Whether it asks about a finding that the protocol has: no answer must have a worse branch."""
    return value.startswith("doubt:") and value.removeprefix("doubt:") in load_protocol().findings


def _level(data: Mapping[str, Any], name: str) -> Disposition:
    try:
        return Disposition.of(_of_type(data, name, str))
    except KeyError as error:
        raise MalformedReply(f"triage.{name}") from error


def _strings(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = _list(data, name)
    if not all(isinstance(item, str) for item in found):
        raise MalformedReply(name)
    return tuple(found)


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    found: list[Any] = _of_type(data, name, list, [])
    return found


def _mapping(data: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise MalformedReply(name)
    return data


def _of_type(data: Mapping[str, Any], name: str, kind: type, default: Any = None) -> Any:
    value = data.get(name, default)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise MalformedReply(name)
    return value
