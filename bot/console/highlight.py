"""Which words of a message made a finding: text and mentions in, segments out. Pure; the page escapes each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

FIRING = frozenset({"present", "uncertain", "resolved"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding that stands on some words. `fires` is false for a mention such as "no fever"."""

    finding: str
    status: str
    start: int
    end: int

    @property
    def fires(self) -> bool:
        return self.status in FIRING


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text under the same marks. `ending` are those marks whose last words these are: they are named here."""

    text: str
    marks: tuple[Mark, ...] = ()
    ending: tuple[Mark, ...] = ()

    @property
    def fires(self) -> bool:
        """Whether any of the words' findings counts."""
        return any(mark.fires for mark in self.marks)


def segments(text: str, mentions: Iterable[Mapping[str, Any]]) -> list[Segment]:
    """Cut `text` where marks begin and end. The segments' texts, joined, are `text`.

    A mention that does not lie within the text is left out: a wrong mark would mislead more than a missing one, and the
    finding itself is listed beside the message in any case.
    """
    marks = _marks(text, mentions)
    cuts = sorted({0, len(text), *(mark.start for mark in marks), *(mark.end for mark in marks)})
    return [_segment(text, start, end, marks) for start, end in pairwise(cuts)]


def _segment(text: str, start: int, end: int, marks: list[Mark]) -> Segment:
    over = tuple(mark for mark in marks if mark.start <= start and end <= mark.end)
    return Segment(text[start:end], over, tuple(mark for mark in over if mark.end == end))


def _marks(text: str, mentions: Iterable[Mapping[str, Any]]) -> list[Mark]:
    found: dict[Mark, None] = {}
    for mention in mentions:
        start, end = mention.get("start"), mention.get("end")
        if type(start) is int and type(end) is int and 0 <= start < end <= len(text):
            found[Mark(str(mention.get("finding", "")), str(mention.get("status", "")), start, end)] = None
    return sorted(found, key=lambda mark: (mark.start, mark.end, not mark.fires, mark.finding))
