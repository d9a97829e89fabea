"""By when a nurse must have looked at a flag: the protocol's section 4, before the next person is paged."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_WITHIN = {"emergency": timedelta(minutes=5), "urgent": timedelta(minutes=15)}
_END_OF_DAY = time(17, 0)
_SATURDAY = 5


def due_at(level: str, opened_at: datetime, timezone: ZoneInfo) -> datetime:
    """The moment by which a flag must be acknowledged; a routine one by the end of the clinic's next working day."""
    if level in _WITHIN:
        return opened_at + _WITHIN[level]
    day = opened_at.astimezone(timezone).date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, _END_OF_DAY, timezone)
