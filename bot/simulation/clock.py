"""A clock that goes on by itself and can be moved forward, so that a conversation of days plays in seconds."""

from __future__ import annotations

import time
from datetime import datetime, timedelta


class MovableClock:
    """Starts at a given moment. It ticks like any other, so that what is tried again a little later is tried again."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._begun = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._begun)

    def move(self, by: timedelta) -> None:
        """Go forward. Raises ValueError for a step back: no clock of the product ever makes one."""
        if by < timedelta(0):
            raise ValueError("a clock does not go back")
        self._start += by
