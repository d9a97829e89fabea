"""Conversations and who may work on them: finding a thread, locking it, leasing it to one worker at a time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records.models import Thread, Turn


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's right to take the turns of a thread, until it runs out."""

    thread_id: int
    token: str


class LeaseLost(Exception):
    """The lease ran out and somebody else may have it: nothing of this turn may be stored."""


def get_or_create(session: Session, *, key: str, organization_id: int, patient_id: int | None, now: datetime) -> Thread:
    """The thread called `key`, locked, so that its messages are numbered in the order in which they are stored."""
    found = _by_key(session, key)
    if found is not None:
        return found
    created = Thread(
        key=key, organization_id=organization_id, patient_id=patient_id, dialogue={}, doubt=None, created_at=now
    )
    try:
        with session.begin_nested():
            session.add(created)
    except IntegrityError:
        found = _by_key(session, key)
        if found is None:
            raise
        return found
    return created


def find(session: Session, key: str) -> Thread | None:
    """The thread called `key`, not locked: it may change at any moment."""
    return session.scalar(select(Thread).where(Thread.key == key))


def lock(session: Session, thread_id: int) -> Thread:
    """The thread as it is now; nobody else changes it, or what hangs on it, before this transaction ends.

    Whoever changes a thread's episode or flag locks the thread first: one order for all, so nobody waits in a ring.
    """
    return session.scalars(
        select(Thread)
        .where(Thread.id == thread_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def lease_next(session: Session, *, worker: str, now: datetime, seconds: float) -> Lease | None:
    """Lease the thread whose waiting messages are the most severe, then the oldest; None where there is none free."""
    waiting = (
        select(Turn.thread_id, func.max(Turn.priority).label("priority"), func.min(Turn.id).label("first"))
        .where(Turn.state == "pending")
        .group_by(Turn.thread_id)
        .subquery()
    )
    wanted = (
        select(Thread.id)
        .join(waiting, waiting.c.thread_id == Thread.id)
        .where(_is_free(now))
        .order_by(waiting.c.priority.desc(), waiting.c.first)
        .limit(1)
        .with_for_update(of=Thread, skip_locked=True, key_share=True)
    )
    thread_id = session.scalar(wanted)
    if thread_id is None:
        return None
    lease = Lease(thread_id, f"{worker[:24]}:{secrets.token_hex(16)}")
    taken = session.execute(
        update(Thread)
        .where(Thread.id == thread_id, _is_free(now))
        .values(lease_token=lease.token, lease_until=now + timedelta(seconds=seconds))
    )
    return lease if _one(taken) else None


def has_waiting(session: Session, now: datetime) -> bool:
    """Whether some thread could be leased; takes no lock."""
    free = select(Turn.id).join(Thread).where(Turn.state == "pending", _is_free(now)).limit(1)
    return session.scalar(free) is not None


def hold(session: Session, lease: Lease) -> Thread:
    """The leased thread, locked until the transaction ends. Raises LeaseLost."""
    thread = lock(session, lease.thread_id)
    if thread.lease_token != lease.token:
        raise LeaseLost
    return thread


def release(thread: Thread) -> None:
    """Let others take the thread's next turn."""
    thread.lease_token = None
    thread.lease_until = None


def _by_key(session: Session, key: str) -> Thread | None:
    return session.scalar(
        select(Thread)
        .where(Thread.key == key)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(Thread.lease_until.is_(None), Thread.lease_until <= now)


def _one(result: object) -> bool:
    return isinstance(result, CursorResult) and result.rowcount == 1
