"""Runs one action on a tracker as the action server gets it, and tells what it said and did."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.agent.dialogue import Dialogue
from bot.agent.understanding import understand
from bot.triage import CHECK_IN_ITEMS, Context

PHONE = "+15550100999"


@dataclass(frozen=True)
class Done:
    """`said` holds response names, or the text where an action says one itself; `slots` what it set."""

    said: list[str]
    slots: dict[str, Any]
    events: list[dict[str, Any]]

    @property
    def follow_up(self) -> str | None:
        return next((event["name"] for event in self.events if event["event"] == "followup"), None)


def run(
    action: Action, text: str = "", proposed: str = "nlu_fallback", day: int = 9, **state: Any
) -> Done:
    """`state`: fields of the dialogue, or any other slot by its name."""
    fields = {name: state.pop(name) for name in list(state) if name in Dialogue.__dataclass_fields__}
    dialogue = Dialogue(**fields)
    turn = understand(text, Context(day=day, asked=dialogue.requested), dialogue, proposed)
    slots = {
        **dict.fromkeys(CHECK_IN_ITEMS),
        **dialogue.answers,
        "checkin_items": list(dialogue.items),
        "checkin_kind": dialogue.kind,
        "planned_items": list(CHECK_IN_ITEMS),
        "red_flag_items": ["breathing", "legs", "bladder_bowel", "temperature"],
        "requested_slot": dialogue.requested,
        "last_item": dialogue.last_item,
        "offer": dialogue.offer,
        "not_understood": dialogue.not_understood,
        "previous_answers": dict(dialogue.previous),
        "language": "en",
        "clinic_phone": PHONE,
        **state,
    }
    message = {"text": text, "intent": {"name": turn.intent}, "entities": [], "turn": turn.as_dict()}
    loop = {"name": "checkin_form"} if dialogue.active else {}
    events = [{"event": "user", "text": text}]
    tracker = Tracker("one-turn", slots, message, events, False, None, loop, "action_listen")
    return execute(action, tracker)


def execute(action: Action, tracker: Tracker) -> Done:
    dispatcher = CollectingDispatcher()
    events = asyncio.run(action.run(dispatcher, tracker, {"forms": {"checkin_form": {"required_slots": []}}}))
    said = [message.get("response") or message["text"] for message in dispatcher.messages]
    slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    return Done(said, slots, events)
