"""Spells of illness: what was found adds up, and the level only rises until a nurse closes the flag."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records import levels
from bot.records.models import Episode, Thread

#: Expected soreness that nobody was asked to look at ends by itself.
_SELF_CARE_LASTS = timedelta(days=3)


def current(session: Session, thread_id: int, now: datetime) -> Episode | None:
    """The thread's open episode."""
    found = session.scalar(
        select(Episode)
        .where(Episode.thread_id == thread_id, Episode.closed_at.is_(None))
        .execution_options(populate_existing=True)
    )
    return None if found is None or _is_over(found, now) else found


def add(session: Session, *, thread: Thread, level: str, findings: Iterable[str], now: datetime) -> Episode:
    """Add to the open episode, or open one. The caller holds the thread's lock."""
    for stale in session.scalars(select(Episode).where(Episode.thread_id == thread.id, Episode.closed_at.is_(None))):
        if _is_over(stale, now):
            stale.closed_at = now
    session.flush()
    episode = current(session, thread.id, now)
    if episode is None:
        episode = Episode(
            thread_id=thread.id, patient_id=thread.patient_id, level=level, findings=list(dict.fromkeys(findings)),
            opened_at=now, updated_at=now,
        )
        session.add(episode)
    else:
        episode.level = levels.higher(episode.level, level)
        episode.findings = list(dict.fromkeys([*episode.findings, *findings]))
        episode.updated_at = now
    session.flush()
    return episode


def _is_over(episode: Episode, now: datetime) -> bool:
    return levels.rank(episode.level) < levels.ROUTINE and episode.updated_at < now - _SELF_CARE_LASTS
