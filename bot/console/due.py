"""Since when a flag waits, and by when a nurse must have looked at it: the protocol's section 4."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.records import levels, tasks
from bot.records.models import FlagEvent

#: After so long without a nurse the next person is paged.
_WITHIN = {"emergency": timedelta(minutes=5), "urgent": timedelta(minutes=15)}


def waiting_since(opened_at: datetime, events: Iterable[FlagEvent]) -> datetime:
    """When the present wait began: the flag was opened, reopened, or rose to a higher level."""
    since, level = opened_at, "none"
    for event in events:
        rose = levels.rank(event.level) > levels.rank(level)
        if event.event in ("opened", "reopened") or (event.event == "raised" and rose):
            since = event.recorded_at
        level = event.level
    return since


def due_at(level: str, since: datetime, timezone: str) -> datetime:
    """By when the flag must be acknowledged; a routine one by the end of the clinic's next working day."""
    within = _WITHIN.get(level)
    return since + within if within else tasks.next_working_day(since, timezone)
