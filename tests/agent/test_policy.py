"""The red-flag policy: the advice, then the action, above any form and any rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, Event, SlotSet

from bot.agent.dialogue import Dialogue
from bot.agent.policy import RedFlagPolicy
from bot.triage import CHECK_IN_ITEMS
from tests.agent.messages import domain, tracker, uttered


@pytest.fixture
def policy(tmp_path: Path) -> RedFlagPolicy:
    context = ExecutionContext(GraphSchema({}), "model")
    config = RedFlagPolicy.get_default_config()
    return RedFlagPolicy.create(config, LocalModelStorage(tmp_path), Resource("policy"), context)


def predicted(policy: RedFlagPolicy, *events: Event) -> tuple[str | None, PolicyPrediction]:
    prediction = policy.predict_action_probabilities(tracker(*events), domain())
    if not any(prediction.probabilities):
        return None, prediction
    return domain().action_names_or_texts[prediction.max_confidence_index], prediction


def test_the_advice_comes_first_then_the_action_then_silence(policy: RedFlagPolicy) -> None:
    message = uttered("my chest hurts")
    advice, action = ActionExecuted("utter_red_flag"), ActionExecuted("action_escalate")
    assert predicted(policy, message)[0] == "utter_red_flag"
    assert predicted(policy, message, advice)[0] == "action_escalate"
    assert predicted(policy, message, advice, action)[0] == "action_listen"


def test_an_action_that_was_rejected_is_not_tried_for_ever(policy: RedFlagPolicy) -> None:
    events = [uttered("my chest hurts"), ActionExecuted("utter_red_flag"), ActionExecutionRejected("action_escalate")]
    assert predicted(policy, *events)[0] == "action_listen"


def test_it_leaves_the_form_and_keeps_what_the_message_answered(policy: RedFlagPolicy) -> None:
    dialogue = Dialogue(active=True, items=CHECK_IN_ITEMS, requested="pain")
    message = uttered("3. and my chest hurts", dialogue=dialogue, asked="pain")
    _, prediction = predicted(policy, ActiveLoop("checkin_form"), SlotSet("requested_slot", "pain"), message)
    assert ActiveLoop(None) in prediction.optional_events
    assert SlotSet("requested_slot", None) in prediction.optional_events
    assert SlotSet("pain", "3") in prediction.optional_events
    assert SlotSet("last_item", "pain") in prediction.optional_events  # "sorry, i meant 4" may come next


def test_it_outranks_an_active_form(policy: RedFlagPolicy) -> None:
    _, prediction = predicted(policy, ActiveLoop("checkin_form"), uttered("my chest hurts"))
    assert prediction.is_no_user_prediction
    assert prediction.max_confidence == 1.0
    assert prediction.policy_priority > RulePolicy.get_default_config()["priority"]


def test_it_has_nothing_to_say_to_anything_else(policy: RedFlagPolicy) -> None:
    assert predicted(policy, uttered("hello", "greet"))[0] is None
    assert predicted(policy)[0] is None
