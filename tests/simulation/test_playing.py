"""A played conversation goes the product's whole way, and its line says what the patient saw and where it left them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.conversation.agent import AgentRequest, AgentUnavailable
from bot.conversation.agent_reply import AgentReply
from bot.records.models import Communication, Patient
from bot.simulation.clinic import Clinic
from bot.simulation.expectations import Expectation
from bot.simulation.playing import play
from bot.simulation.script import Conversation, ScriptedTurn
from tests.channels.support import ScriptedAgent
from tests.simulation.conftest import OpenClinic

LEGS = "Any trouble with your legs: weak, numb, or tingling? 1 yes 2 no"


class Listener(ScriptedAgent):
    """Keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[AgentRequest] = []

    def ask(self, request: AgentRequest) -> AgentReply:
        self.asked.append(request)
        return super().ask(request)


class DeadAgent:
    def ask(self, request: AgentRequest) -> AgentReply:
        raise AgentUnavailable("unreachable")


def conversation(*texts: str | tuple[str, float], **details: Any) -> Conversation:
    """The texts one after the other; a pair is a text and the minutes before it."""
    turns = [ScriptedTurn(*text) if isinstance(text, tuple) else ScriptedTurn(text) for text in texts]
    return Conversation(**{"id": "a", "channel": "sms", "day": 3, "turns": tuple(turns), **details})


def turns_of(clinic: Clinic, *texts: str | tuple[str, float], **details: Any) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = play(clinic, conversation(*texts, **details)).record["turns"]
    return turns


@pytest.mark.parametrize("channel", ["sms", "web"])
def test_each_turn_is_written_down_whole(clinic: Clinic, channel: str) -> None:
    first, second = turns_of(clinic, "good morning", "my chest hurts", channel=channel)
    assert first == {
        "patient": "good morning", "replies": [LEGS], "disposition": "none", "episode": "none", "asks": "legs",
        "queued": False, "opted_out": False,
    }
    assert second["replies"][0].startswith("This may be an emergency. Call 911 now")
    assert (second["disposition"], second["episode"], second["asks"]) == ("emergency", "emergency", None)
    assert second["queued"] is True


def test_the_disposition_is_the_turns_and_the_episode_stays(clinic: Clinic) -> None:
    _, after = turns_of(clinic, "my chest hurts", "good morning")
    assert (after["disposition"], after["episode"], after["queued"]) == ("none", "emergency", True)


def test_an_address_that_opted_out_sees_nothing_and_is_to_be_called(clinic: Clinic) -> None:
    stop, silent, start = turns_of(clinic, "STOP", "my chest hurts", "START")
    assert (stop["replies"], stop["opted_out"]) == ([], True)
    assert (silent["replies"], silent["disposition"], silent["queued"]) == ([], "emergency", True)
    assert (len(start["replies"]), start["opted_out"]) == (1, False)


@pytest.mark.parametrize("channel", ["sms", "web"])
def test_what_the_clock_sends_comes_before_the_answer_of_the_next_turn(clinic: Clinic, channel: str) -> None:
    asked, later = turns_of(clinic, "my temperature is 1012", ("good morning", 12), channel=channel)
    assert "101.2" in asked["replies"][-1]
    assert later["replies"][0].startswith("Call your doctor now")
    assert later["replies"][1:] == [LEGS]
    assert (later["disposition"], later["episode"], later["queued"]) == ("none", "urgent", True)


def test_nothing_is_shown_twice_or_left_out(clinic: Clinic) -> None:
    turns = turns_of(clinic, "good morning", "my temperature is 1012", ("my chest hurts", 30), "STOP", ("hello", 900))
    with clinic.sessions() as session:
        stored = session.scalars(
            select(Communication.body)
            .where(Communication.direction == "out", Communication.status != "blocked")
            .order_by(Communication.id)
        ).all()
    assert [reply for turn in turns for reply in turn["replies"]] == list(stored)


def test_a_chat_is_opened_again_when_its_session_is_over(clinic: Clinic) -> None:
    turns_of(clinic, "good morning", ("good morning", 60), ("good morning", 13 * 60), channel="web")
    with clinic.sessions() as session:
        addresses = session.scalars(
            select(Communication.address).where(Communication.direction == "in").order_by(Communication.id)
        ).all()
    assert addresses[0] == addresses[1] != addresses[2]


@pytest.mark.parametrize("channel", ["sms", "web"])
@pytest.mark.parametrize("day", [None, 0, 3, 400])
def test_the_agent_is_told_of_the_patient_as_the_line_has_it(
    new_clinic: OpenClinic, day: int | None, channel: str
) -> None:
    agent = Listener()
    turns_of(new_clinic(agent), "hola", day=day, blood_thinner=True, language="es", channel=channel)
    (request,) = agent.asked
    assert (request.context.day, request.context.blood_thinner, request.context.language) == (day, True, "es")
    assert request.sender == "patient"


def test_the_day_goes_on_as_the_clock_is_moved(new_clinic: OpenClinic) -> None:
    agent = Listener()
    turns_of(new_clinic(agent), "hello", ("hello", 24 * 60))
    first, second = agent.asked
    assert (first.context.day, second.context.day) == (3, 4)
    assert 24 * 60 * 60 <= (second.now - first.now).total_seconds() < 24 * 60 * 60 + 60


def test_a_caregiver_writes_about_the_patient(new_clinic: OpenClinic) -> None:
    agent = Listener()
    turns_of(new_clinic(agent), "good morning", writer="caregiver")
    assert (agent.asked[0].sender, agent.asked[0].context.day) == ("caregiver", 3)


@pytest.mark.parametrize("text", ["", "   ", "😀", "\x00\ud800", "<b>'; DROP TABLE patient; --", "a" * 5000])
@pytest.mark.parametrize("channel", ["sms", "web"])
def test_any_text_can_be_played(clinic: Clinic, text: str, channel: str) -> None:
    (turn,) = turns_of(clinic, text, channel=channel)
    assert turn["patient"] == text
    assert turn["replies"]


def test_one_conversation_knows_nothing_of_another(new_clinic: OpenClinic) -> None:
    alone = turns_of(new_clinic(), "good morning", "my chest hurts")
    turns_of(new_clinic(), "STOP", "my chest hurts", ("hello", 3000))
    clinic = new_clinic()
    assert turns_of(clinic, "good morning", "my chest hurts") == alone
    with clinic.sessions() as session:
        assert len(session.scalars(select(Patient)).all()) == 1


def test_a_long_chat_meets_no_limit_of_calls_a_minute(clinic: Clinic) -> None:
    turns = turns_of(clinic, *["good morning"] * 25, channel="web")
    assert all(turn["replies"] == [LEGS] for turn in turns)


def test_a_turn_that_the_agent_did_not_answer_is_named(new_clinic: OpenClinic) -> None:
    played = play(new_clinic(DeadAgent()), conversation("good morning", "STOP", "START", "hello"))
    assert played.unanswered == ((1, "unreachable"), (4, "unreachable"))
    assert "911" in played.record["turns"][0]["replies"][0]


def test_what_is_not_as_expected_is_told_with_its_turn(clinic: Clinic) -> None:
    expect = Expectation.from_json({"max": "none", "asks": "legs", "queued": False}, "expect")
    turns = (ScriptedTurn("good morning", 0, expect), ScriptedTurn("my chest hurts", 0, expect))
    played = play(clinic, Conversation("a", "sms", turns))
    assert [(d.turn, d.key, d.wanted, d.came) for d in played.differences] == [
        (2, "max", "none", "emergency"), (2, "asks", "legs", "none"), (2, "queued", "False", "True"),
    ]
