"""An agent that says what a test tells it to, and the words in which tests speak of turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.conversation.agent import AgentRequest, AgentUnavailable
from bot.conversation.agent_reply import AgentReply, Reply
from bot.conversation.transcript import replies_to
from bot.conversation.turns import take_next
from bot.records.models import Communication, Episode, Flag, RiskAssessment, Task, Thread, Turn
from bot.triage import Assessment, Disposition, assess
from bot.triage.advice import advice
from tests.factories import SetClock

LEASE = 20.0
Script = Callable[[AgentRequest], AgentReply]


def sensible(request: AgentRequest, **changes: Any) -> AgentReply:
    """What a working agent answers: the advice for what it reads, and one sentence."""
    triage = changes.pop("triage", None) or assess(request.text, request.context)
    replies = [Reply("answer", "Thank you for telling us.")]
    if triage.disposition > Disposition.NONE:
        text = advice(triage.disposition, triage.present, request.context.language, request.clinic_phone)
        replies.insert(0, Reply("advice", text))
    return AgentReply(**{"replies": tuple(replies), "triage": triage, **changes})


def says(*replies: Reply, level: Disposition = Disposition.NONE, **fields: Any) -> Script:
    """An agent that gives these replies, whatever it is asked."""
    return lambda request: AgentReply(replies=replies, triage=Assessment(level, protocol="test"), **fields)


def unavailable(request: AgentRequest) -> AgentReply:
    raise AgentUnavailable("unreachable")


class Poison(Exception):
    """Something in our own code breaks on a message."""


def poisoned(request: AgentRequest) -> AgentReply:
    raise Poison


@dataclass
class ScriptedAgent:
    """An agent whose next answers a test decides."""

    script: Script = sensible
    asked: list[AgentRequest] = field(default_factory=list)

    def ask(self, request: AgentRequest) -> AgentReply:
        self.asked.append(request)
        return self.script(request)


class Desk:
    """The worker's side of a conversation, and what is seen in the records afterwards."""

    def __init__(self, sessions: sessionmaker[Session], clock: SetClock) -> None:
        self.sessions = sessions
        self.clock = clock
        self.agent = ScriptedAgent()

    def take_next(self) -> bool:
        return take_next(self.sessions, self.agent, self.clock, lease_seconds=LEASE, worker="test")

    def take_all(self, limit: int = 50) -> None:
        """Take turns until nothing waits, letting the clock run past every rest."""
        for _ in range(limit):
            if not self.take_next():
                if not self.waiting():
                    return
                self.clock.advance(seconds=LEASE)
        raise AssertionError("some message is never answered")

    def waiting(self) -> int:
        with self.sessions() as session:
            return session.query(Turn).filter_by(state="pending").count()

    def replies(self, communication_id: int) -> list[tuple[str, str]]:
        """Kind and text of what was answered to a message."""
        with self.sessions() as session:
            return [(reply.kind, reply.body) for reply in replies_to(session, communication_id)]

    def kinds(self, communication_id: int) -> list[str]:
        return [kind for kind, _ in self.replies(communication_id)]

    def message(self, communication_id: int) -> Communication:
        with self.sessions() as session:
            return session.get_one(Communication, communication_id)

    def turn(self, communication_id: int) -> Turn:
        return self.only(Turn, communication_id=communication_id)

    def assessment(self, communication_id: int) -> RiskAssessment:
        return self.only(RiskAssessment, communication_id=communication_id)

    def thread(self, thread_id: int) -> Thread:
        with self.sessions() as session:
            return session.get_one(Thread, thread_id)

    def flags(self, thread_id: int) -> list[Flag]:
        return self.all(Flag, thread_id=thread_id)

    def episodes(self, thread_id: int) -> list[Episode]:
        return self.all(Episode, thread_id=thread_id)

    def tasks(self, thread_id: int, status: str = "requested") -> dict[str, Task]:
        return {task.kind: task for task in self.all(Task, thread_id=thread_id, status=status)}

    def all(self, model: Any, **where: Any) -> list[Any]:
        with self.sessions() as session:
            return list(session.scalars(select(model).filter_by(**where).order_by(model.id)))

    def only(self, model: Any, **where: Any) -> Any:
        (found,) = self.all(model, **where)
        return found

    def change(self, thread_id: int, **fields: Any) -> None:
        with self.sessions.begin() as session:
            thread = session.get_one(Thread, thread_id)
            for name, value in fields.items():
                setattr(thread, name, value)
