"""The clock of a simulation ticks, and moves forward only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.simulation.clock import MovableClock
from tests.factories import NOW


def test_it_starts_at_the_given_moment_and_moves_on() -> None:
    clock = MovableClock(NOW)
    assert NOW <= clock.now() < NOW + timedelta(minutes=1)
    clock.move(timedelta(hours=12))
    assert NOW + timedelta(hours=12) <= clock.now() < NOW + timedelta(hours=12, minutes=1)


def test_it_ticks_by_itself() -> None:
    clock = MovableClock(NOW)
    first = clock.now()
    while clock.now() == first:
        pass
    assert clock.now() > first


def test_it_never_goes_back() -> None:
    with pytest.raises(ValueError, match="back"):
        MovableClock(NOW).move(timedelta(seconds=-1))
