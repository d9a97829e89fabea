"""The check-in form: how it begins, what an answer is worth, and how it ends."""

from __future__ import annotations

from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import FORM, SKIPPED, YES, Event, Turn, TurnAction
from bot.triage import CHECK_IN_ITEMS, Disposition
from bot.triage.advice import texts


def begin_events(turn: Turn) -> list[Event]:
    """A new check-in, or the one that was interrupted: its answers are kept until it has been finished."""
    if turn.open_items():
        return [*turn.noted()]
    finished = {item: value for item in CHECK_IN_ITEMS if (value := turn.slot(item)) is not None}
    return [
        SlotSet("previous_answers", finished or turn.slot("previous_answers", {})),
        SlotSet("checkin_kind", "check_in"),
        SlotSet("checkin_items", turn.slot("planned_items", list(CHECK_IN_ITEMS))),
        SlotSet("last_item", None),
        *(SlotSet(item, turn.answers.get(item)) for item in CHECK_IN_ITEMS),
    ]


class BeginCheckIn(TurnAction):
    """Runs before the form: answers of a finished check-in would complete the form at once."""

    def name(self) -> str:
        return "action_begin_check_in"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        if turn.level > Disposition.NONE:
            dispatcher.utter_message(response="utter_advice")
        return begin_events(turn)


class ValidateCheckIn(FormValidationAction):
    """Takes over what triage read from the message; the raw text never becomes an answer."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[str]:
        """The items of this check-in; which they are depends on the day and on the answers of the one before."""
        return Turn(tracker).slot("checkin_items") or domain_slots

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        """An answer's value for the item asked and for every other item in the message; advice for a symptom in it.

        Gives no event at all for a message that is no answer: then the form rejects it and the rules take over.
        """
        turn = Turn(tracker)
        mark = SlotSet("completed", self.name())
        asked = turn.requested
        if asked is None or asked not in tracker.slots_to_validate():
            return [mark] if _returns_to_form(tracker) else []
        if turn.level > Disposition.NONE:
            dispatcher.utter_message(response="utter_advice")
        values: dict[str, str | None] = {asked: None, **turn.answers}
        events = [SlotSet(item, value) for item, value in values.items()]
        if values[asked] is not None:
            events += [SlotSet("last_item", asked)]
        if turn.for_nurse:
            events.append(SlotSet("handoff", turn.for_nurse))
        return [*events, *turn.doubt(), mark]


def _returns_to_form(tracker: Tracker) -> bool:
    """Whether another action came before the form in this turn, so that it has only to ask its question again."""
    actions = 0
    for event in reversed(tracker.events):
        if event["event"] == "user":
            break
        actions += event["event"] == "action"
    return actions > 1


class FinishCheckIn(TurnAction):
    """The two-line summary, and what happens next."""

    def name(self) -> str:
        return "action_finish_check_in"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        nurse = turn.slot("handoff") is not None
        items = summary(turn.known, turn.slot("language", "en"))
        if turn.slot("checkin_kind") == "red_flags":
            dispatcher.utter_message(response="utter_unclear_end")
        elif not items:
            dispatcher.utter_message(response="utter_summary_clear")
        else:
            dispatcher.utter_message(response="utter_summary_nurse" if nurse else "utter_summary", items=items)
        if turn.assessment.get("ask"):
            dispatcher.utter_message(text=turn.assessment["ask"], kind="question")
        return turn.doubt()


def summary(answers: dict[str, str], language: str) -> str:
    """The answers that are worth a word, in one line; empty when there was no trouble at all."""
    labels = texts(language)["labels"]
    parts = []
    for item in CHECK_IN_ITEMS:
        value = answers.get(item)
        if value == YES:
            parts.append(labels["trouble"].format(item=labels[item]))
        elif value == SKIPPED:
            parts.append(labels["skipped"].format(item=labels[item]))
        elif value is not None and value.replace(".", "", 1).isdigit():
            parts.append(labels["value"].format(item=labels[item], value=f"{round(float(value), 1):g}"))
    return ", ".join(parts)
