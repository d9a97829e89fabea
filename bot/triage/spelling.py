"""Typos and run-together words: a word that nobody spells so is read as the nearest word that the lexicon knows."""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

#: Words this short are never corrected: too many other words are one letter away.
SHORTEST = 4
_WIDE_DICTIONARY = 120_000


@lru_cache(maxsize=4)
def _frequencies(language: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word, count in SpellChecker(language=language).word_frequency.dictionary.items():
        plain = without_accents(word)
        counts[plain] = counts.get(plain, 0) + count
    return counts


def without_accents(word: str) -> str:
    """The word without its accents, as patients type it; ñ stays, since año is no ano."""
    if word.isascii():
        return word
    bare = unicodedata.normalize("NFD", word.replace("ñ", "\0"))
    return "".join(char for char in bare if not unicodedata.combining(char)).replace("\0", "ñ")


class Speller:
    """Knows the words of a language and corrects towards the lexicon's own words only."""

    def __init__(self, language: str, vocabulary: frozenset[str]) -> None:
        """`vocabulary`: every single word that the lexicon uses, in full, not stemmed."""
        self._known = _frequencies(language)
        self._vocabulary = vocabulary
        by_initial: dict[str, list[str]] = {}
        for word in sorted(vocabulary):
            if len(word) >= SHORTEST and word.isalpha():
                by_initial.setdefault(word[0], []).append(word)
        self._by_initial = by_initial
        # A dictionary that knows fewer of its language's forms must be trusted less when it calls a word unknown.
        self._shortest = SHORTEST if len(self._known) > _WIDE_DICTIONARY else SHORTEST + 2
        self._cache: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def knows(self, word: str) -> bool:
        """Whether `word` is spelt right."""
        return word in self._vocabulary or word in self._known

    def prefers(self, longer: str, shorter: str) -> bool:
        """Whether a dropped letter is put back: only the longer one is the lexicon's word, or a word at all."""
        if shorter in self._vocabulary:
            return False
        return longer in self._vocabulary or (longer in self._known and shorter not in self._known)

    def correct(self, word: str) -> str:
        """The lexicon's word that `word` was meant to be, or `word` itself."""
        if len(word) < SHORTEST or self.knows(word):
            return word
        if len(word) < self._shortest:
            return word
        limit = 1 if len(word) < self._shortest + 3 else 2
        hits: list[tuple[int, int, str]] = []
        for initials in {word[0], word[1:2]}:
            candidates = self._by_initial.get(initials, [])
            for candidate, distance, _ in process.extract(
                word, candidates, scorer=OSA.distance, score_cutoff=limit, limit=4
            ):
                hits.append((int(distance), -self._known.get(candidate, 0), candidate))
        return min(hits)[2] if hits else word

    def repair(self, word: str) -> list[str]:
        """The words that `word` stands for: itself, its correction, or the words that were run together in it."""
        if len(word) < SHORTEST or self.knows(word):
            return [word]
        cached = self._cache.get(word)
        if cached is not None:
            return cached
        corrected = self.correct(word)
        parts = [corrected] if corrected != word else (self._split(word) or [word])
        with self._lock:
            if len(self._cache) < 50_000:
                self._cache[word] = parts
        return parts

    def _split(self, word: str) -> list[str] | None:
        """Two to six known words that make up `word`, at least one of them the lexicon's; None if there are none."""
        if not 6 <= len(word) <= 40:
            return None
        best: list[tuple[float, list[str]] | None] = [None] * (len(word) + 1)
        best[0] = (0.0, [])
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 14), end):
                before = best[start]
                piece = word[start:end]
                if before is None or (len(piece) < 3 and piece not in _SHORT_WORDS):
                    continue
                if piece not in self._vocabulary and self._known.get(piece, 0) < _COMMON:
                    continue
                cost = before[0] + 1.0 / len(piece) + 1.0
                here = best[end]
                if here is None or cost < here[0]:
                    best[end] = (cost, [*before[1], piece])
        found = best[len(word)]
        if not found or not 2 <= len(found[1]) <= 6:
            return None
        return found[1] if any(piece in self._vocabulary and len(piece) > 3 for piece in found[1]) else None


_COMMON = 5_000
_SHORT_WORDS = frozenset("i a my me in on is it to of no up so at am he we cant im".split())  # noqa: SIM905
