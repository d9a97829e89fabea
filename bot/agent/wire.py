"""The agent's wire format: what a turn's request must hold, and how its reply is put together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.agent.dialogue import Dialogue, DialogueError, parse_time
from bot.triage import Context

#: What may be started without patient text.
INTENTS = ("start_check_in",)
MAX_TEXT = 20_000


class BadRequest(ValueError):
    """The request is signed but not what the format asks for; the message names the field."""


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """One message to the agent with all that is known about the patient and the conversation."""

    message_id: str
    text: str
    context: Context
    dialogue: Dialogue
    clinic_phone: str
    clinic_answers: Mapping[str, str]
    sender: str
    intent: str | None
    now: datetime | None

    @classmethod
    def parse(cls, body: bytes) -> TurnRequest:
        """Read a request's body; unknown fields are ignored. Raises BadRequest."""
        try:
            data = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BadRequest("the body must be JSON") from error
        if not isinstance(data, dict):
            raise BadRequest("the body must be a JSON object")
        metadata = _typed(data, "metadata", dict, {})
        try:
            context = Context.from_mapping(metadata)
            dialogue = Dialogue.from_mapping(_typed(metadata, "dialogue", dict, {}))
            now = metadata.get("now")
            time = parse_time("now", _typed(metadata, "now", str, "")) if now is not None else None
        except (DialogueError, TypeError, ValueError) as error:
            raise BadRequest(str(error)) from error
        intent = metadata.get("intent")
        if intent is not None and intent not in INTENTS:
            raise BadRequest(f"intent must be null or one of {', '.join(INTENTS)}")
        text = _typed(data, "text", str, "")
        if len(text) > MAX_TEXT:
            raise BadRequest(f"text must have at most {MAX_TEXT} characters")
        answers = _typed(metadata, "clinic_answers", dict, {})
        return cls(
            message_id=_typed(data, "message_id", str, ""),
            text=text,
            context=context,
            dialogue=dialogue,
            clinic_phone=_typed(metadata, "clinic_phone", str, ""),
            clinic_answers={slot: answer for slot, answer in answers.items() if isinstance(answer, str) and answer},
            sender=_typed(metadata, "sender", str, "patient"),
            intent=intent,
            now=time,
        )


def message(kind: str, text: str, quick_replies: list[dict[str, str]]) -> dict[str, Any]:
    """One reply; `kind` is advice, question, answer or notice."""
    return {"kind": kind, "text": text, "quick_replies": list(quick_replies)}


def reply(
    request: TurnRequest,
    replies: list[dict[str, Any]],
    triage: Mapping[str, Any],
    dialogue: Dialogue,
    *,
    asks: str | None,
    handoff: bool,
    understood: bool,
) -> dict[str, Any]:
    """The reply to `request`. Observations are the answers that this turn added or changed."""
    before = request.dialogue.answers
    observations = [
        {"item": item, "value": value} for item, value in dialogue.answers.items() if before.get(item) != value
    ]
    return {
        "message_id": request.message_id,
        "replies": replies,
        "triage": dict(triage),
        "asks": asks,
        "observations": observations,
        "handoff": handoff,
        "understood": understood,
        "dialogue": dialogue.as_dict(),
    }


def _typed(data: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    value = data.get(name)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise BadRequest(f"{name} must be of type {kind.__name__}")
    return value
