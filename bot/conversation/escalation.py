"""Putting a patient before the nurses: the episode grows, the flag rises, and whoever must be paged gets a task."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.records import audit, episodes, flags, tasks
from bot.records.models import Episode, Flag, Thread
from bot.triage import Disposition


class Escalation(NamedTuple):
    """Where the message stands: its episode, and the flag that a nurse sees, None where there is none."""

    episode: Episode | None
    flag: Flag | None

    @property
    def flag_id(self) -> int | None:
        return self.flag.id if self.flag else None


def escalate(
    session: Session,
    *,
    thread: Thread,
    level: Disposition,
    flag_level: Disposition,
    findings: Iterable[str],
    reason: str,
    communication_id: int,
    page_on_call: bool,
    now: datetime,
) -> Escalation:
    """Record a message's level. The caller has locked the thread.

    `level` is what the message says, `flag_level` what a nurse must see it as; expected recovery is
    recorded, not queued.
    """
    found = tuple(findings)
    worst = max(level, flag_level)
    if worst < Disposition.SELF_CARE:
        return Escalation(episodes.current(session, thread.id, now), None)
    episode = episodes.add(session, thread=thread, level=worst.id, findings=found, now=now)
    if flag_level < Disposition.ROUTINE:
        return Escalation(episode, None)
    raised = flags.raise_flag(
        session, thread=thread, episode=episode, level=flag_level.id, findings=found, reason=reason,
        communication_id=communication_id, now=now,
    )
    if raised.event is not None:
        audit.record(
            session, actor="system:turn", action=f"flag.{raised.event}", entity="flag", entity_id=raised.flag.id,
            detail={"level": raised.flag.level, "reason": reason, "communication": communication_id}, now=now,
        )
    _ask_people(session, thread, raised, flag_level, page_on_call=page_on_call, now=now)
    return Escalation(episode, raised.flag)


def _ask_people(
    session: Session,
    thread: Thread,
    raised: flags.Raised,
    level: Disposition,
    *,
    page_on_call: bool,
    now: datetime,
) -> None:
    flag = raised.flag
    if level >= Disposition.URGENT:
        if raised.event is not None:
            tasks.request(session, thread=thread, kind="page_nurse", due_at=now, flag_id=flag.id, now=now)
        if page_on_call:
            tasks.request(session, thread=thread, kind="page_on_call", due_at=now, flag_id=flag.id, now=now)
        return
    due = tasks.next_working_day(now, thread.organization.timezone)
    if raised.event is not None:
        kind = "media_review" if flag.reason == "media" else "callback"
        tasks.request(session, thread=thread, kind=kind, due_at=due, flag_id=flag.id, now=now)
