"""Messages on their way out: what is due, who sends it, and what the carrier reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session, aliased

from bot.records.models import Communication, DeliveryReport, Thread

WAITING = ("queued", "sending")


def has_due(session: Session, channels: Sequence[str], now: datetime) -> bool:
    """Whether something is due; takes no lock."""
    return session.scalar(select(Communication.id).where(_is_due(channels, now)).limit(1)) is not None


def next_due(session: Session, channels: Sequence[str], now: datetime) -> Communication | None:
    """The next message to send, its thread and itself locked until the transaction ends: advice first, then the oldest.

    A message waits for those before it in its conversation, so that they arrive in order; advice waits for nothing.
    The thread is locked as well, before the message, in the one order that all of the product keeps.
    """
    earlier = aliased(Communication)
    overtakes = exists().where(
        earlier.thread_id == Communication.thread_id,
        earlier.direction == "out",
        earlier.status.in_(WAITING),
        earlier.id < Communication.id,
    )
    advice_first = (Communication.kind != "advice", Communication.id)
    found = session.execute(
        select(Communication.id, Communication.thread_id)
        .join(Thread, Thread.id == Communication.thread_id)
        .where(_is_due(channels, now), (Communication.kind == "advice") | ~overtakes)
        .order_by(*advice_first)
        .limit(1)
        .with_for_update(of=Thread, skip_locked=True, key_share=True)
    ).first()
    if found is None:
        return None
    return session.scalar(
        select(Communication)
        .where(Communication.id == found.id, _is_due(channels, now))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def lock(session: Session, communication_id: int) -> Communication:
    """A message to be changed, its thread locked first."""
    thread_id = session.scalars(select(Communication.thread_id).where(Communication.id == communication_id)).one()
    session.execute(select(Thread.id).where(Thread.id == thread_id).with_for_update(key_share=True))
    return session.scalars(
        select(Communication)
        .where(Communication.id == communication_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def by_provider_id(session: Session, provider_id: str) -> Communication | None:
    """The message out that the carrier calls `provider_id`, locked."""
    found = session.scalar(
        select(Communication.id).where(Communication.direction == "out", Communication.provider_id == provider_id)
    )
    return None if found is None else lock(session, found)


def add_report(session: Session, provider_id: str, status: str, error_code: str | None, now: datetime) -> None:
    """Keep what the carrier said."""
    session.add(
        DeliveryReport(
            provider_id=provider_id[:96], status=status[:16], error_code=error_code[:64] if error_code else None,
            recorded_at=now,
        )
    )
    session.flush()


def reports(session: Session, provider_id: str) -> list[DeliveryReport]:
    """All that the carrier said of a message, in order."""
    return list(
        session.scalars(
            select(DeliveryReport).where(DeliveryReport.provider_id == provider_id).order_by(DeliveryReport.id)
        )
    )


def drop_stale_questions(session: Session, before: datetime, now: datetime) -> int:
    """Give up the questions that have waited since `before`: asked that late they would only confuse. How many."""
    change = (
        update(Communication)
        .where(
            Communication.direction == "out",
            Communication.kind == "question",
            Communication.status == "queued",
            Communication.created_at < before,
        )
        .values(status="stale", next_attempt_at=None, completed_at=now)
    )
    result = session.execute(change)
    return result.rowcount if isinstance(result, CursorResult) else 0


def _is_due(channels: Sequence[str], now: datetime) -> ColumnElement[bool]:
    return and_(
        Communication.direction == "out",
        Communication.status.in_(WAITING),
        Communication.next_attempt_at <= now,
        Communication.channel.in_(list(channels)),
    )
