"""Parsed messages, trackers and domains as the agent's components see them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.agent.detector import TURN
from bot.agent.dialogue import Dialogue
from bot.agent.understanding import understand
from bot.triage import Context

ROOT = Path(__file__).resolve().parents[2]
PHONE = "+15550100999"


@lru_cache(maxsize=1)
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


def uttered(text: str, proposed: str = "nlu_fallback", dialogue: Dialogue | None = None, **context: Any) -> UserUttered:
    """A message after the whole pipeline, the detector included."""
    turn = understand(text, Context(**{"day": 9, **context}), dialogue or Dialogue(), proposed)
    intent = {"name": turn.intent, "confidence": 1.0}
    return UserUttered(text, intent, [], {"text": text, "intent": intent, "entities": [], TURN: turn.as_dict()})


def tracker(*events: Event, **slots: Any) -> DialogueStateTracker:
    known = {"language": "en", "clinic_phone": PHONE, **slots}
    before: list[Event] = [SlotSet(name, value) for name, value in known.items()]
    return DialogueStateTracker.from_events("one-turn", [*before, *events], domain().slots, domain=domain())
