"""What a second reader is given and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

#: The label for "some red flag, whichever": min level urgent or above.
ANY = "any"


@dataclass(frozen=True, slots=True)
class Clauses:
    """A message as a second reader sees it: stems and raw words by clause, what was denied, supposed, past or somebody
    else's already left out; the concepts of the lexicon that stand in each clause; the question that was asked."""

    stems: tuple[tuple[str, ...], ...]
    words: tuple[tuple[str, ...], ...]
    concepts: tuple[frozenset[str], ...]
    asked: str | None
    language: str


class SecondReader(Protocol):
    """Reads a message and gives the probability (0 to 1) of each finding, and of `ANY` red flag."""

    def read(self, clauses: Clauses) -> Mapping[str, float]: ...
