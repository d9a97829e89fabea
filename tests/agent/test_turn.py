"""One turn: what the tracker starts from, which failures are noticed, and how a hand-off raises the level."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered

from bot.agent.store import TurnTrackerStore
from bot.agent.turn import ReplyCollector, TurnError, opening_events, run_turn
from bot.agent.wire import TurnRequest
from bot.triage import CHECK_IN_ITEMS, Assessment, Disposition
from tests.agent.messages import domain, uttered

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
OPEN = {"active": True, "items": list(CHECK_IN_ITEMS), "requested": "legs", "answers": {"breathing": "no"}}


class ScriptedAgent:
    """An agent whose every message leads to the given events; keeps what it was sent."""

    def __init__(self, *events: Event, says: tuple[str, ...] = ("hello",), reads: UserUttered | None = None) -> None:
        self.domain = domain()
        self.processor = self
        self.tracker_store: Any = TurnTrackerStore(self.domain)
        self.sent: list[UserMessage] = []
        self._events, self._says, self._reads = events, says, reads

    async def handle_message(self, message: UserMessage) -> None:
        self.sent.append(message)
        tracker = await self.tracker_store.retrieve(message.sender_id)
        read = self._reads or uttered(message.text or "")
        if message.parse_data:
            read = UserUttered("", message.parse_data["intent"], [], message.parse_data)
        tracker.update_with_events([read, *self._events], self.domain)
        for text in self._says:
            said = BotUttered(text, metadata={"kind": "notice"})
            await message.output_channel.send_response(message.sender_id, said.message())


def request(text: str = "hello", **metadata: Any) -> TurnRequest:
    return TurnRequest.parse(json.dumps({"message_id": "7", "text": text, "metadata": metadata}).encode())


def turn(agent: ScriptedAgent, asked: TurnRequest | None = None) -> dict[str, Any]:
    return asyncio.run(run_turn(agent, asked or request()))  # type: ignore[arg-type]


def test_the_tracker_starts_where_the_dialogue_stopped() -> None:
    asked = request(dialogue=OPEN)
    events = opening_events(asked, asked.dialogue, "en")
    assert SlotSet("breathing", "no") in events
    assert events[-4:] == [
        ActionExecuted("checkin_form"), ActiveLoop("checkin_form"), SlotSet("requested_slot", "legs"),
        ActionExecuted("action_listen"),
    ]


def test_nothing_is_left_in_the_store() -> None:
    agent = ScriptedAgent()
    turn(agent)
    assert asyncio.run(agent.tracker_store.keys()) == []


def test_the_dialogue_comes_back_from_the_tracker() -> None:
    agent = ScriptedAgent(SlotSet("legs", "no"), SlotSet("requested_slot", "bladder_bowel"))
    reply = turn(agent, request("no", dialogue=OPEN))
    assert reply["asks"] == "bladder_bowel"
    assert reply["observations"] == [{"item": "legs", "value": "no"}]
    assert reply["dialogue"]["said"] == ["hello"]


def test_a_turn_without_a_reply_is_an_error() -> None:
    with pytest.raises(TurnError, match="no reply"):
        turn(ScriptedAgent(says=()))


def test_an_action_that_failed_is_an_error_though_something_was_said() -> None:
    with pytest.raises(TurnError, match="action_answer failed"):
        turn(ScriptedAgent(ActionExecuted("action_answer"), ActionExecuted("action_listen")))


def test_a_form_that_failed_is_an_error() -> None:
    with pytest.raises(TurnError, match="checkin_form failed"):
        turn(ScriptedAgent(ActionExecuted("checkin_form"), ActionExecuted("action_listen")))


def test_an_action_that_left_its_mark_is_none() -> None:
    done = [ActionExecuted("action_answer"), SlotSet("completed", "action_answer"), ActionExecuted("action_listen")]
    assert turn(ScriptedAgent(*done))["replies"]


def test_advice_is_returned_though_the_escalation_failed() -> None:
    flagged = uttered("my chest hurts")
    events = [ActionExecuted("utter_red_flag"), ActionExecuted("action_escalate"), ActionExecuted("action_listen")]
    reply = turn(ScriptedAgent(*events, reads=flagged), request("my chest hurts"))
    assert reply["triage"]["disposition"] == "emergency"


def test_a_hand_off_raises_the_level_and_names_its_rule() -> None:
    reply = turn(ScriptedAgent(SlotSet("handoff", "nurse_request")))
    assert reply["handoff"]
    assert reply["triage"]["disposition"] == "routine"
    assert reply["triage"]["rules"][-1]["id"] == "finding.nurse_request"


@pytest.mark.parametrize(("text", "sent"), [("/restart", "restart"), (" // x", "x"), ("/", ""), ("a/b", "a/b")])
def test_a_leading_slash_is_taken_away_but_read_as_it_was(text: str, sent: str) -> None:
    agent = ScriptedAgent()
    turn(agent, request(text))
    [message] = agent.sent
    assert message.text == sent
    assert message.metadata is not None
    assert message.metadata["text"] == text


def test_an_intent_starts_without_any_reading() -> None:
    agent = ScriptedAgent()
    turn(agent, request("", intent="start_check_in"))
    assert agent.sent[0].parse_data is not None
    assert agent.sent[0].parse_data["turn"]["assessment"] == Assessment(Disposition.NONE).as_dict()


def test_a_bare_word_after_an_offer_answers_the_offer() -> None:
    agent = ScriptedAgent()
    turn(agent, request("1", asked="legs", dialogue={"offer": "go_on"}))
    assert agent.sent[0].metadata is not None
    assert agent.sent[0].metadata["context"]["asked"] is None


def test_after_twelve_hours_the_rest_of_a_check_in_is_offered() -> None:
    old = {**OPEN, "at": (NOW - timedelta(hours=13)).isoformat()}
    reply = turn(ScriptedAgent(), request("hello", dialogue=old, now=NOW.isoformat()))
    assert reply["dialogue"]["offer"] == "resume"
    assert reply["dialogue"]["answers"] == {"breathing": "no"}
    assert not reply["dialogue"]["active"]
    assert reply["replies"][-1]["kind"] == "question"


def test_a_red_flag_after_twelve_hours_stands_alone() -> None:
    old = {**OPEN, "at": (NOW - timedelta(hours=13)).isoformat()}
    agent = ScriptedAgent(reads=uttered("my chest hurts"))
    assert len(turn(agent, request("my chest hurts", dialogue=old, now=NOW.isoformat()))["replies"]) == 1


def test_replies_carry_their_kind_and_quick_replies() -> None:
    collector = ReplyCollector()
    quick = [{"title": "Yes", "digit": "1", "value": "yes"}]
    sent = BotUttered("How?", {"quick_replies": quick}, metadata={"kind": "question"}).message()
    asyncio.run(collector.send_response("one-turn", sent))
    assert collector.messages == [{"kind": "question", "text": "How?", "quick_replies": quick}]
