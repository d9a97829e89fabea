"""One conversation as a nurse reads it: both sides in order, with the evidence beside each message from the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console import wording
from bot.console.evidence import Evidence, evidence
from bot.console.highlight import Segment, segments
from bot.records.models import Communication, RiskAssessment, Turn

PAGE = 60

_NO_ANSWER = "The assistant did not answer; fixed advice was used."
_AGENT_TROUBLES = {"below_screen": "The assistant overlooked the red flag; fixed advice was used."}


@dataclass(frozen=True, slots=True)
class Line:
    """One message, in or out. `trouble` says in plain words what a nurse must know about its way."""

    id: int
    inbound: bool
    sender: str
    channel: str
    kind: str
    created_at: datetime
    segments: tuple[Segment, ...]
    media_count: int
    delivery: str | None
    trouble: str | None
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message from the patient with what went back, or messages out that answer none."""

    lines: tuple[Line, ...]

    @property
    def evidence(self) -> Evidence | None:
        return next((line.evidence for line in self.lines if line.evidence), None)


@dataclass(frozen=True, slots=True)
class Transcript:
    """A page of exchanges, oldest first. `before` is the key to older ones; `newest_in` the last received."""

    exchanges: tuple[Exchange, ...]
    before: int | None
    newest_in: int


def transcript(session: Session, thread_id: int, before: int | None = None, size: int = PAGE) -> Transcript:
    """The last `size` messages of a thread, or those before message `before`."""
    wanted = select(Communication).where(Communication.thread_id == thread_id)
    if before is not None:
        wanted = wanted.where(Communication.id < before)
    found = list(session.scalars(wanted.order_by(Communication.id.desc()).limit(size + 1)))
    older, shown = len(found) > size, found[:size][::-1]
    ids = [message.id for message in shown]
    read = {
        row.communication_id: row
        for row in session.scalars(select(RiskAssessment).where(RiskAssessment.communication_id.in_(ids)))
    }
    turns = {row.communication_id: row for row in session.scalars(select(Turn).where(Turn.communication_id.in_(ids)))}
    lines = tuple(_line(message, read.get(message.id), turns.get(message.id)) for message in _in_order(shown))
    return Transcript(_exchanges(lines), shown[0].id if older else None, newest_inbound(session, thread_id))


def newest_inbound(session: Session, thread_id: int) -> int:
    """The id of the last message that came in; 0 if none did. Pages send it back: nobody acts on an old view."""
    return (
        session.scalar(
            select(Communication.id)
            .where(Communication.thread_id == thread_id, Communication.direction == "in")
            .order_by(Communication.id.desc())
            .limit(1)
        )
        or 0
    )


def _in_order(shown: Sequence[Communication]) -> list[Communication]:
    """Each reply after the message that it answers, however late it was made; the rest as it came."""
    present = {message.id for message in shown}
    return sorted(
        shown,
        key=lambda m: (
            m.in_reply_to_id if m.in_reply_to_id in present else m.id,
            m.in_reply_to_id in present,
            m.position,
            m.id,
        ),
    )


def _exchanges(lines: Sequence[Line]) -> tuple[Exchange, ...]:
    groups: list[list[Line]] = []
    for line in lines:
        if line.inbound or not groups:
            groups.append([])
        groups[-1].append(line)
    return tuple(Exchange(tuple(group)) for group in groups)


def _line(message: Communication, read: RiskAssessment | None, turn: Turn | None) -> Line:
    inbound = message.direction == "in"
    return Line(
        id=message.id,
        inbound=inbound,
        sender=wording.sender_label(message.sender),
        channel={"sms": "text message", "web": "web chat"}.get(message.channel, message.channel),
        kind=message.kind,
        created_at=message.created_at,
        segments=tuple(segments(message.body, read.findings if read else ())),
        media_count=message.media_count,
        delivery=None if message.status == "answered" else wording.delivery_label(message.status),
        trouble=_trouble_in(read, turn) if inbound else _trouble_out(message),
        evidence=evidence(read) if read else None,
    )


def _trouble_in(read: RiskAssessment | None, turn: Turn | None) -> str | None:
    if turn is None:
        return None
    if turn.state == "failed":
        return "This message could not be read as usual. Read it yourself."
    if turn.state == "done":
        return _AGENT_TROUBLES.get(turn.error_code or "", _NO_ANSWER) if turn.agent_failed else None
    return "This message is still being read." if read is None else None


def _trouble_out(message: Communication) -> str | None:
    if message.status not in wording.UNDELIVERED:
        return None
    code = f" (carrier code {message.error_code})" if message.error_code else ""
    return f"The patient has not received this{code}. Call them."
