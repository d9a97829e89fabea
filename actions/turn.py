"""What every action needs: the turn as the tracker tells it, and the mark that an action leaves when it ran."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.triage import CHECK_IN_ITEMS, Disposition

FORM = "checkin_form"
YES, SKIPPED = "yes", "skipped"
#: Findings with which a message goes to a nurse, whatever else is said.
FOR_NURSE = ("medication_question", "nurse_request", "unwell_unclear")
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """A view of the tracker: the message as the detector understood it, and the slots that the channel filled."""

    tracker: Tracker

    def slot(self, name: str, default: Any = None) -> Any:
        value = self.tracker.get_slot(name)
        return default if value is None else value

    @property
    def _read(self) -> Mapping[str, Any]:
        return (self.tracker.latest_message or {}).get("turn") or {}

    @property
    def intent(self) -> str:
        return str(((self.tracker.latest_message or {}).get("intent") or {}).get("name") or "")

    @property
    def answers(self) -> dict[str, str]:
        """The check-in items that the message fills or changes."""
        return dict(self._read.get("answers") or {})

    @property
    def question(self) -> str | None:
        """What the message asks besides, as an intent."""
        question: str | None = self._read.get("question")
        return question

    @property
    def assessment(self) -> Mapping[str, Any]:
        return self._read.get("assessment") or {"disposition": "none", "findings": [], "rules": [], "ask": None}

    @property
    def level(self) -> Disposition:
        return Disposition.of(self.assessment["disposition"])

    @property
    def mentions(self) -> list[Mapping[str, Any]]:
        return list(self.assessment["findings"])

    @property
    def for_nurse(self) -> str | None:
        """The finding that sends this message to a nurse, if one fired."""
        fired = {finding for rule in self.assessment["rules"] for finding in rule["findings"]}
        return next((finding for finding in FOR_NURSE if finding in fired), None)

    def doubt(self) -> list[Event]:
        """Notes what triage's own question is about, so that the next yes or no is read as its answer."""
        doubts = self.assessment.get("doubts") or []
        return [SlotSet("doubt", f"doubt:{doubts[0]}")] if self.assessment.get("ask") and doubts else []

    @property
    def active(self) -> bool:
        return (self.tracker.active_loop or {}).get("name") == FORM

    @property
    def requested(self) -> str | None:
        requested: str | None = self.slot("requested_slot")
        return requested

    @property
    def known(self) -> dict[str, str]:
        """The answers so far, with those of this message."""
        slots = {item: self.slot(item) for item in CHECK_IN_ITEMS}
        return {item: value for item, value in {**slots, **self.answers}.items() if value is not None}

    def noted(self) -> list[Event]:
        """Fills the items that the message answers in passing."""
        return [SlotSet(item, value) for item, value in self.answers.items()]

    def open_items(self) -> list[str]:
        """The items of the running or interrupted check-in that are still unanswered."""
        return [item for item in self.slot("checkin_items", []) if item not in self.known]


class TurnAction(Action, ABC):
    """An action that leaves its mark: Rasa goes on silently when an action fails, the channel does not."""

    @abstractmethod
    def name(self) -> str: ...

    @abstractmethod
    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        """What the action does: say things through the dispatcher, give back events."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        return [*self.act(Turn(tracker), dispatcher), SlotSet("completed", self.name())]
