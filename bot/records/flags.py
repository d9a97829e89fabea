"""A flag's life as a numbered table of transitions, and the nurses' queue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.orm import Session, joinedload

from bot.records import levels, tasks, threads
from bot.records.models import Episode, Flag, FlagEvent, Thread
from bot.records.models.base import storable

OPEN, ACKNOWLEDGED, CLOSED = "open", "acknowledged", "closed"
#: (number, state before, event, state after). What is not in the table cannot happen.
TRANSITIONS: tuple[tuple[int, str | None, str, str], ...] = (
    (1, None, "opened", OPEN),
    (2, OPEN, "raised", OPEN),
    (3, OPEN, "acknowledged", ACKNOWLEDGED),
    (4, OPEN, "closed", CLOSED),
    (5, ACKNOWLEDGED, "raised", ACKNOWLEDGED),
    (6, ACKNOWLEDGED, "reopened", OPEN),
    (7, ACKNOWLEDGED, "closed", CLOSED),
)
_AFTER = {(before, event): after for _, before, event, after in TRANSITIONS}
#: A message that nobody has read must come back before a nurse's eyes, like a red flag.
_REOPENING_REASONS = ("unread",)


class IllegalTransition(Exception):
    """The flag is in a state in which this cannot happen to it."""

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"a flag that is {state} cannot be {event}")
        self.state = state
        self.event = event


@dataclass(frozen=True, slots=True)
class Raised:
    """What raising did: the flag, and the event that it made (opened, raised, reopened), None if nothing changed."""

    flag: Flag
    event: str | None


def open_flags(session: Session, organization_id: int | None = None) -> list[Flag]:
    """The queue, worst first; at the same level those that nobody has acknowledged, then the oldest."""
    wanted = (
        select(Flag)
        .where(Flag.state.in_((OPEN, ACKNOWLEDGED)))
        .options(joinedload(Flag.thread), joinedload(Flag.patient))
        .order_by(Flag.rank.desc(), case((Flag.state == OPEN, 0), else_=1), Flag.opened_at, Flag.id)
    )
    if organization_id is not None:
        wanted = wanted.join(Thread, Thread.id == Flag.thread_id).where(Thread.organization_id == organization_id)
    return list(session.scalars(wanted))


def raise_flag(
    session: Session,
    *,
    thread: Thread,
    episode: Episode,
    level: str,
    findings: Iterable[str],
    reason: str,
    communication_id: int | None,
    now: datetime,
) -> Raised:
    """Put the patient before the nurses, or add to the flag that is there. The caller holds the thread's lock."""
    found = list(dict.fromkeys(findings))
    flag = session.scalar(
        select(Flag)
        .where(Flag.episode_id == episode.id, Flag.state != CLOSED)
        .execution_options(populate_existing=True)
    )
    if flag is None:
        flag = Flag(
            thread_id=thread.id, patient_id=thread.patient_id, episode_id=episode.id, level=level,
            rank=levels.rank(level), findings=found, reason=reason, state=OPEN, opened_at=now, updated_at=now,
        )
        session.add(flag)
        session.flush()
        _write(session, flag, None, "opened", now=now, communication_id=communication_id)
        return Raised(flag, "opened")
    event = _event_of(flag, level, found, reason)
    flag.level = levels.higher(flag.level, level)
    flag.rank = levels.rank(flag.level)
    flag.findings = list(dict.fromkeys([*flag.findings, *found]))
    flag.reason = "finding" if "finding" in (reason, flag.reason) else reason
    flag.updated_at = now
    if event is not None:
        _move(session, flag, event, now, communication_id=communication_id)
    return Raised(flag, event)


def acknowledge(session: Session, flag: Flag, practitioner_id: int, now: datetime) -> None:
    """A nurse has seen it: nobody else need be paged. Raises IllegalTransition."""
    _lock(session, flag)
    _move(session, flag, "acknowledged", now, practitioner_id=practitioner_id)
    flag.acknowledged_at = now
    flag.acknowledged_by_id = practitioner_id
    tasks.finish_for_flag(session, flag.id, now, tasks.PAGES)


def close(session: Session, flag: Flag, practitioner_id: int, reason: str, now: datetime) -> None:
    """It is dealt with, and with it the episode. Raises IllegalTransition."""
    _lock(session, flag)
    _move(session, flag, "closed", now, practitioner_id=practitioner_id, reason=storable(reason))
    flag.closed_at = now
    flag.closed_by_id = practitioner_id
    flag.close_reason = storable(reason)
    episode = session.get_one(Episode, flag.episode_id)
    episode.closed_at = now
    episode.closed_by_id = practitioner_id
    tasks.finish_for_flag(session, flag.id, now)


def _event_of(flag: Flag, level: str, findings: list[str], reason: str) -> str | None:
    worse = levels.rank(level) > flag.rank
    if flag.state == ACKNOWLEDGED and (
        worse or levels.rank(level) >= levels.RED_FLAG or reason in _REOPENING_REASONS
    ):
        return "reopened"
    news = worse or reason != flag.reason or any(finding not in flag.findings for finding in findings)
    return "raised" if news else None


def _lock(session: Session, flag: Flag) -> None:
    threads.lock(session, flag.thread_id)
    session.refresh(flag)


def _move(
    session: Session,
    flag: Flag,
    event: str,
    now: datetime,
    *,
    communication_id: int | None = None,
    practitioner_id: int | None = None,
    reason: str | None = None,
) -> None:
    before = flag.state
    after = _AFTER.get((before, event))
    if after is None:
        raise IllegalTransition(before, event)
    flag.state = after
    flag.updated_at = now
    if event == "reopened":
        flag.acknowledged_at = None
        flag.acknowledged_by_id = None
    _write(
        session, flag, before, event, now=now,
        communication_id=communication_id, practitioner_id=practitioner_id, reason=reason,
    )


def _write(
    session: Session,
    flag: Flag,
    before: str | None,
    event: str,
    *,
    now: datetime,
    communication_id: int | None = None,
    practitioner_id: int | None = None,
    reason: str | None = None,
) -> None:
    session.add(
        FlagEvent(
            flag_id=flag.id, event=event, from_state=before, to_state=flag.state, level=flag.level,
            communication_id=communication_id, practitioner_id=practitioner_id, reason=reason, recorded_at=now,
        )
    )
    session.flush()
