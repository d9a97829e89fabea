"""Progress lines: which step of how many, and how long each took."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Prints `[2/5] Installing … done in 3.1 s` for steps that do work, and one short line for those that need none."""

    def __init__(self, total: int, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._number = 0
        self._out = out or sys.stdout
        self._clock = clock

    @contextmanager
    def step(self, sentence: str) -> Iterator[None]:
        """Announce a step, then say how long it took; a step that raises says nothing more."""
        self._number += 1
        self._say(f"[{self._number}/{self._total}] {sentence} …")
        started = self._clock()
        yield
        self._say(f"      done in {self._clock() - started:.1f} s")

    def skip(self, sentence: str) -> None:
        """Announce a step that had nothing to do."""
        self._number += 1
        self._say(f"[{self._number}/{self._total}] {sentence}")

    def _say(self, line: str) -> None:
        print(line, file=self._out, flush=True)
