"""How a patient steers the check-in: skip, go back, repeat, correct, stop, and yes or no to an offer."""

from __future__ import annotations

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.checkin import begin_events
from actions.turn import FORM, SKIPPED, Event, Turn, TurnAction
from bot.triage import Disposition
from bot.triage.advice import texts


class Skip(TurnAction):
    """Leaves the question that was asked unanswered; the record says so."""

    def name(self) -> str:
        return "action_skip"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        dispatcher.utter_message(response="utter_skipped")
        asked = turn.requested
        return [*turn.noted(), SlotSet(asked, SKIPPED), SlotSet("last_item", asked)]


class GoBack(TurnAction):
    """Asks the question before once more."""

    def name(self) -> str:
        return "action_go_back"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        items, asked = turn.slot("checkin_items", []), turn.requested
        before = turn.slot("last_item")
        if before is None and asked in items and items.index(asked):
            before = items[items.index(asked) - 1]
        earlier = items[items.index(before) - 1] if before in items and items.index(before) else None
        return [] if before is None else [SlotSet(before, None), SlotSet("last_item", earlier)]


class RepeatQuestion(TurnAction):
    """The form asks again by itself, in other words where it has just asked."""

    def name(self) -> str:
        return "action_repeat_question"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        return turn.noted()


class Correct(TurnAction):
    """Takes over a corrected answer; a level that was raised by the first one stays raised."""

    def name(self) -> str:
        return "action_correct"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        if not turn.answers:
            if not turn.active:
                dispatcher.utter_message(response="utter_rephrase")
            return []
        labels = texts(turn.slot("language", "en"))["labels"]
        items = [
            labels["value"].format(item=labels[item], value=labels.get(value, value))
            for item, value in turn.answers.items()
        ]
        if turn.level > Disposition.NONE:
            dispatcher.utter_message(response="utter_advice")
        dispatcher.utter_message(response="utter_corrected", value=", ".join(items))
        return turn.noted()


class StopCheckIn(TurnAction):
    """Ends the questions; what was answered is kept and the rest can be asked later."""

    def name(self) -> str:
        return "action_stop_check_in"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        dispatcher.utter_message(response="utter_paused")
        return [*turn.noted(), ActiveLoop(None), SlotSet("requested_slot", None)]


class Affirm(TurnAction):
    """Yes to an offer goes on with the check-in."""

    def name(self) -> str:
        return "action_affirm"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        if turn.slot("offer") is None:
            dispatcher.utter_message(response="utter_affirmed")
            return []
        return [*begin_events(turn), ActiveLoop(FORM), FollowupAction(FORM)]


class Decline(TurnAction):
    """No to an offer leaves the check-in for later."""

    def name(self) -> str:
        return "action_decline"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        dispatcher.utter_message(response="utter_declined" if turn.slot("offer") else "utter_affirmed")
        return []
