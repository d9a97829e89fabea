"""The policy that answers a red flag: the advice first, whatever form or rule is active."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.agent.detector import TURN
from bot.agent.understanding import RED_FLAG

ADVICE, ESCALATE = "utter_red_flag", "action_escalate"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class RedFlagPolicy(Policy):
    """Predicts the utterance before the action: a dead action server cannot hold the advice back.

    An active form predicts itself as a "no user" prediction, which beats every other kind; so this one is of that kind
    as well, at full confidence and above RulePolicy in priority.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"priority": 100, "max_history": None}

    @staticmethod
    def supported_data() -> SupportedData:
        return SupportedData.ML_AND_RULE_DATA

    def train(self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """There is nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        message = tracker.latest_message
        probabilities = self._default_predictions(domain)
        if message is None or message.intent.get("name") != RED_FLAG:
            return self._prediction(probabilities)
        done = _actions_since(tracker, message)
        following = next((name for name in (ADVICE, ESCALATE) if name not in done), ACTION_LISTEN_NAME)
        probabilities[domain.index_for_action(following)] = 1.0
        return self._prediction(
            probabilities,
            optional_events=_interruption(tracker, message) if following == ADVICE else [],
            is_no_user_prediction=True,
        )


def _actions_since(tracker: DialogueStateTracker, message: UserUttered) -> set[str]:
    """The actions tried since the message came; one that failed is not tried again."""
    names: set[str] = set()
    for event in reversed(tracker.events):
        if event is message or isinstance(event, UserUttered):
            break
        if isinstance(event, ActionExecuted | ActionExecutionRejected) and event.action_name:
            names.add(event.action_name)
    return names


def _interruption(tracker: DialogueStateTracker, message: UserUttered) -> list[Event]:
    """Leaves the form, and keeps what the same message answered; a correction of it may follow."""
    answers = message.parse_data.get(TURN, {}).get("answers", {})
    asked = tracker.get_slot(REQUESTED_SLOT)
    return [
        ActiveLoop(None),
        SlotSet(REQUESTED_SLOT, None),
        *(SlotSet(item, value) for item, value in answers.items()),
        *([SlotSet("last_item", asked)] if asked in answers else []),
    ]
