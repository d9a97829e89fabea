"""What follows an advice: the offer to go on after a red flag, lower advice, and the patient's reaction to it."""

from __future__ import annotations

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import say_answer
from actions.handoff import ask_red_flags
from actions.turn import FORM, Event, Turn, TurnAction
from bot.triage import Disposition


class Escalate(TurnAction):
    """Runs after the advice of a red flag. After an emergency nothing is asked until the patient writes."""

    def name(self) -> str:
        return "action_escalate"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        finished = bool(turn.slot("checkin_items")) and not turn.open_items()
        if turn.level >= Disposition.EMERGENCY or finished:
            return []
        dispatcher.utter_message(response="utter_go_on_offer")
        return [SlotSet("offer", "go_on")]


class Advise(TurnAction):
    """The advice of a level below a red flag, then one question if a modifier is missing."""

    def name(self) -> str:
        return "action_advise"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        if turn.level > Disposition.NONE:
            dispatcher.utter_message(response="utter_advice")
        events = turn.noted()
        if turn.for_nurse:
            events.append(SlotSet("handoff", turn.for_nurse))
        if turn.question and not turn.for_nurse:
            handed = say_answer(turn, turn.question, dispatcher)
            events += [SlotSet("handoff", handed)] if handed else []
        if turn.active:
            return [*events, *turn.doubt()]
        if turn.assessment.get("ask"):
            dispatcher.utter_message(text=turn.assessment["ask"], kind="question")
            return [*events, *turn.doubt()]
        if turn.for_nurse == "unwell_unclear":
            asked = ask_red_flags(turn)
            return [*events, *asked, ActiveLoop(FORM), FollowupAction(FORM)] if asked else events
        return events


class FollowUp(TurnAction):
    """What the patient says to the advice of an open episode; nothing of it lowers a level."""

    _SAID = {  # noqa: RUF012 - a constant
        "going_to_er": "utter_going",
        "refuses_care": "utter_refuses",
        "symptom_stopped": "utter_stopped",
        "never_mind": "utter_never_mind_told",
    }
    _WITHOUT_EPISODE = {"symptom_stopped": "utter_news", "never_mind": "utter_never_mind"}  # noqa: RUF012 - a constant

    def name(self) -> str:
        return "action_follow_up"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        said = self._SAID if turn.slot("episode") else self._WITHOUT_EPISODE
        response = said.get(turn.intent)
        if response is None:
            dispatcher.utter_message(response="utter_handed_to_nurse")
            return [*turn.noted(), SlotSet("handoff", "nurse_request")]
        dispatcher.utter_message(response=response)
        return [*turn.noted()]
