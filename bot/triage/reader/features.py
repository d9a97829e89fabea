"""What the linear reader counts in a message: stems, pairs of stems, letters within words, and pairs of concepts."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from bot.triage.reader.plug import Clauses

#: At most this many words are read; what a longer message says comes again in its clauses.
MOST_WORDS = 400
_LETTERS = (3, 4, 5)


def features(clauses: Clauses) -> Counter[str]:
    """Feature -> how often. Linear in the length of the message up to `MOST_WORDS`."""
    counts: Counter[str] = Counter()
    left = MOST_WORDS
    for part, spelled, concepts in zip(clauses.stems, clauses.words, clauses.concepts, strict=True):
        if left <= 0:
            break
        stems, words = part[:left], spelled[:left]
        left -= len(stems)
        counts.update("w:" + stem for stem in stems)
        counts.update(f"b:{one} {two}" for one, two in pairwise(stems))
        counts.update(f"k:{one} {two}" for one, two in zip(stems, stems[2:], strict=False))
        for word in words:
            padded = f" {word} "
            for length in _LETTERS:
                counts.update("l:" + padded[i : i + length] for i in range(len(padded) - length + 1))
        named = sorted(concepts)
        counts.update("c:" + name for name in named)
        counts.update(f"d:{one}+{two}" for i, one in enumerate(named) for two in named[i + 1 :])
    if clauses.asked:
        counts["q:" + clauses.asked] = 1
    return counts
