"""Asking the agent over real HTTP: signed, whole, and never longer than the deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from bot.conversation.agent import MAX_TEXT, AgentRequest, AgentUnavailable, HttpAgent
from bot.triage import Context
from tests.conversation.wire import KEY, WireAgent, sensible_body, wire_agent
from tests.factories import CLINIC_PHONE, NOW

DEADLINE = 0.5


@pytest.fixture
def wire() -> Iterator[WireAgent]:
    with wire_agent() as running:
        yield running


@pytest.fixture
def agent(wire: WireAgent) -> Iterator[HttpAgent]:
    made = HttpAgent(wire.url, KEY, 5.0)
    yield made
    made.close()


@pytest.fixture
def hasty(wire: WireAgent) -> Iterator[HttpAgent]:
    made = HttpAgent(wire.url, KEY, DEADLINE)
    yield made
    made.close()


def request(text: str = "good morning", **changes) -> AgentRequest:
    values = {"message_id": "7", "context": Context(day=3), "clinic_phone": CLINIC_PHONE, "now": NOW}
    return AgentRequest(text=text, **{**values, **changes})


def test_a_signed_request_is_answered(agent: HttpAgent):
    reply = agent.ask(request("my chest hurts"))
    assert [item.kind for item in reply.replies] == ["advice", "answer"]
    assert reply.triage.present == ("chest_pain",)


def test_the_request_carries_all_that_the_wire_format_names(agent: HttpAgent, wire: WireAgent):
    context = Context(3, True, "legs", "es", frozenset({"diabetes", "cancer"}), ("fever",))
    agent.ask(request("hola 🙂 /restart", context=context, dialogue={"active": False}, sender="caregiver"))
    (sent,) = wire.requests
    assert (sent["message_id"], sent["text"]) == ("7", "hola 🙂 /restart")
    assert sent["metadata"] == {
        "day": 3, "blood_thinner": True, "asked": "legs", "language": "es", "risks": ["cancer", "diabetes"],
        "episode": ["fever"], "clinic_phone": CLINIC_PHONE, "clinic_answers": {}, "sender": "caregiver",
        "dialogue": {"active": False}, "intent": None, "now": NOW.isoformat(),
    }


def test_a_text_longer_than_the_agent_takes_is_cut(agent: HttpAgent, wire: WireAgent):
    agent.ask(request("x" * (MAX_TEXT + 1)))
    assert len(wire.requests[0]["text"]) == MAX_TEXT


def reason_of(agent: HttpAgent) -> str:
    with pytest.raises(AgentUnavailable) as unavailable:
        agent.ask(request())
    return unavailable.value.reason


@pytest.mark.parametrize("status", [204, 302, 400, 403, 500, 503])
def test_any_status_but_200_is_no_answer(agent: HttpAgent, wire: WireAgent, status: int):
    wire.status = status
    assert reason_of(agent) == "refused"


def test_a_wrong_key_is_no_answer(wire: WireAgent):
    stranger = HttpAgent(wire.url, "another key of the tests", 5.0)
    assert reason_of(stranger) == "refused"
    stranger.close()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"not json", b"\xff\xfe", b"[" * 5000])
def test_a_body_that_is_no_answer_is_malformed(agent: HttpAgent, wire: WireAgent, body: bytes):
    wire.answer = lambda _: body
    assert reason_of(agent) == "malformed"


def test_another_messages_answer_is_malformed(agent: HttpAgent, wire: WireAgent):
    wire.answer = lambda sent: sensible_body({**sent, "message_id": "8"})
    assert reason_of(agent) == "malformed"


def test_nobody_listening_is_unreachable():
    agent = HttpAgent("http://127.0.0.1:1", KEY, 5.0)
    assert reason_of(agent) == "unreachable"
    agent.close()


def test_an_agent_that_never_answers_is_left_at_the_deadline(hasty: HttpAgent, wire: WireAgent):
    import threading

    wire.gate = threading.Event()
    started = time.monotonic()
    assert reason_of(hasty) == "deadline"
    assert time.monotonic() - started < DEADLINE + 1


def test_an_answer_that_trickles_in_is_left_at_the_deadline(hasty: HttpAgent, wire: WireAgent):
    """Each byte comes in time; the whole does not."""
    wire.trickle = 0.02
    started = time.monotonic()
    assert reason_of(hasty) == "deadline"
    assert time.monotonic() - started < DEADLINE + 1


def test_after_a_failure_the_next_question_is_answered(agent: HttpAgent, wire: WireAgent):
    wire.status = 500
    reason_of(agent)
    wire.status = 200
    assert agent.ask(request()).understood
