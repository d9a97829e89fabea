"""What a person, or the clock, has still to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.records.models import Task, Thread

PAGES = ("page_nurse", "page_on_call", "page_physician")
DOUBT_TIMEOUT = "doubt_timeout"
_END_OF_DAY = time(17, 0)
_SATURDAY = 5


def request(
    session: Session,
    *,
    thread: Thread,
    kind: str,
    due_at: datetime,
    now: datetime,
    flag_id: int | None = None,
    detail: str | None = None,
) -> Task:
    """Ask for something to be done, in the caller's transaction. What still waits is not asked for twice."""
    waiting = session.scalar(
        select(Task)
        .where(
            Task.thread_id == thread.id, Task.kind == kind, Task.status == "requested",
            Task.flag_id == flag_id if flag_id is not None else Task.flag_id.is_(None),
        )
        .limit(1)
    )
    if waiting is not None:
        waiting.due_at = min(waiting.due_at, due_at)
        return waiting
    task = Task(
        thread_id=thread.id, patient_id=thread.patient_id, flag_id=flag_id, kind=kind, status="requested",
        detail=detail, due_at=due_at, created_at=now,
    )
    session.add(task)
    session.flush()
    return task


def finish_for_flag(session: Session, flag_id: int, now: datetime, kinds: Iterable[str] | None = None) -> None:
    """Mark the flag's open tasks, or those of some kinds, as completed."""
    change = update(Task).where(Task.flag_id == flag_id, Task.status == "requested")
    if kinds is not None:
        change = change.where(Task.kind.in_(list(kinds)))
    session.execute(change.values(status="completed", completed_at=now))


def cancel(session: Session, thread_id: int, kind: str, now: datetime) -> None:
    """Nobody needs to do this any more."""
    session.execute(
        update(Task)
        .where(Task.thread_id == thread_id, Task.kind == kind, Task.status == "requested")
        .values(status="cancelled", completed_at=now)
    )


def due(session: Session, kind: str, now: datetime, limit: int = 20) -> list[Task]:
    """Tasks of a kind whose time has come, the longest overdue first."""
    return list(
        session.scalars(
            select(Task)
            .where(Task.status == "requested", Task.kind == kind, Task.due_at <= now)
            .order_by(Task.due_at, Task.id)
            .limit(limit)
        )
    )


def next_working_day(now: datetime, timezone: str) -> datetime:
    """The end of the clinic's next working day, by which whatever is not urgent is done."""
    local = ZoneInfo(timezone)
    day = now.astimezone(local).date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, _END_OF_DAY, local)
