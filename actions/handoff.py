"""What goes to a nurse: a wish to talk to one, a question that only a nurse may answer, and what was not understood."""

from __future__ import annotations

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import FORM, Event, Turn, TurnAction

#: After this many misses in a row the bot stops asking: a nurse has been told long before.
_GIVE_UP = 4


class HandOff(TurnAction):
    """Passes the message to a nurse and says so."""

    _SAID = {  # noqa: RUF012 - a constant
        "ask_human": ("utter_handed_to_nurse", "nurse_request"),
        "ask_medication": ("utter_medication_to_nurse", "medication_question"),
        "ask_nurse_only": ("utter_question_to_nurse", "nurse_request"),
    }

    def name(self) -> str:
        return "action_hand_off"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        response, finding = self._SAID.get(turn.intent, self._SAID["ask_nurse_only"])
        dispatcher.utter_message(response=response)
        return [*turn.noted(), SlotSet("handoff", finding)]


class NotUnderstood(TurnAction):
    """Once: in other words. Twice in a row: the four red-flag questions and a nurse (protocol, `unwell_unclear`)."""

    def name(self) -> str:
        return "action_not_understood"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        misses = int(turn.slot("not_understood", 0)) + 1
        counted = [SlotSet("not_understood", misses)]
        if misses == 1:
            if not turn.active:
                dispatcher.utter_message(response="utter_rephrase")
            return counted
        counted.append(SlotSet("handoff", "unwell_unclear"))
        asked = ask_red_flags(turn) if misses < _GIVE_UP else []
        if asked:
            if turn.slot("checkin_kind") != "red_flags" or not turn.active:
                dispatcher.utter_message(response="utter_unclear")
            return [*counted, *asked, ActiveLoop(FORM), FollowupAction(FORM)]
        dispatcher.utter_message(response="utter_unclear_asked")
        return [*counted, ActiveLoop(None), SlotSet("requested_slot", None), FollowupAction("action_listen")]


def ask_red_flags(turn: Turn) -> list[Event]:
    """Events that make the red-flag questions the ones to ask; empty when each of them has been answered."""
    items = turn.slot("red_flag_items", [])
    if turn.active or turn.open_items():
        unanswered = [item for item in items if item not in turn.known]
        if not unanswered:
            return []
        return [SlotSet("checkin_kind", "red_flags"), SlotSet("checkin_items", items)]
    reset = [SlotSet(item, turn.answers.get(item)) for item in items]
    return [SlotSet("checkin_kind", "red_flags"), SlotSet("checkin_items", items), *reset]
