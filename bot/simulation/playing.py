"""Playing one conversation, and what is written down of each of its turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot.records import consents, episodes
from bot.records.flags import CLOSED
from bot.records.models import Communication, Flag, RiskAssessment, Task, Thread
from bot.simulation.clinic import CAREGIVER_PHONE, PATIENT_PHONE, Clinic
from bot.simulation.expectations import Difference
from bot.simulation.patient import Chatter, Texter, Writer, arrived, last_written, newest_id
from bot.simulation.script import Conversation, ScriptedTurn

#: The tasks by which somebody is asked to telephone.
_CALLS = ("phone_call", "callback")
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Played:
    """A conversation as it went. `unanswered`: the turns that the agent did not answer, with the reason."""

    record: dict[str, Any]
    differences: tuple[Difference, ...]
    unanswered: tuple[tuple[int, str], ...]


def play(clinic: Clinic, conversation: Conversation) -> Played:
    """Play the conversation in a clinic that is new. Raises Refused, TurnNotTaken."""
    patient_id = clinic.enrol(
        day=conversation.day, blood_thinner=conversation.blood_thinner, language=conversation.language
    )
    writer = _writer(clinic, conversation, patient_id)
    turns: list[dict[str, Any]] = []
    differences: list[Difference] = []
    unanswered: list[tuple[int, str]] = []
    for number, turn in enumerate(conversation.turns, 1):
        played, error = _take(clinic, writer, turn)
        turns.append(played)
        if error is not None:
            unanswered.append((number, error))
        if turn.expect is not None:
            differences += turn.expect.differences(str(conversation.id), number, played)
    return Played({"id": conversation.id, "turns": turns}, tuple(differences), tuple(unanswered))


def _writer(clinic: Clinic, conversation: Conversation, patient_id: int) -> Writer:
    if conversation.channel == "web":
        return Chatter(clinic, patient_id)
    return Texter(clinic, CAREGIVER_PHONE if conversation.writer == "caregiver" else PATIENT_PHONE)


def _take(clinic: Clinic, writer: Writer, turn: ScriptedTurn) -> tuple[dict[str, Any], str | None]:
    """The turn's line, and why the agent did not answer, if so.

    Its replies are what answers it, after whatever the clock has sent since the turn before.
    """
    with clinic.sessions() as session:
        before = newest_id(session)
    clinic.pass_time(turn.after_minutes)
    writer.write(turn.text)
    with clinic.sessions() as session:
        message = last_written(session)
    error = clinic.take_turn(message.id)
    with clinic.sessions() as session:
        thread = session.get_one(Thread, message.thread_id)
        episode = episodes.current(session, thread.id, clinic.clock.now())
        played = {
            "patient": turn.text,
            "replies": list(arrived(session, before)),
            "disposition": _level_of(session, message),
            "episode": episode.level if episode else _NONE,
            "asks": thread.asked,
            "queued": _is_queued(session, thread),
            "opted_out": consents.is_opted_out(session, writer.channel, writer.address),
        }
    return played, error


def _level_of(session: Session, message: Communication) -> str:
    found = select(RiskAssessment.disposition).where(RiskAssessment.communication_id == message.id)
    return session.scalar(found) or _NONE


def _is_queued(session: Session, thread: Thread) -> bool:
    """Whether a nurse sees the patient in the queue, or is asked to telephone."""
    flagged = exists().where(Flag.thread_id == thread.id, Flag.state != CLOSED)
    to_call = exists().where(Task.thread_id == thread.id, Task.status == "requested", Task.kind.in_(_CALLS))
    return bool(session.scalar(select(or_(flagged, to_call))))
