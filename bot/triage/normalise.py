"""Stage 1: a patient's text becomes tokens with one spelling each, every token still pointing at the text.

Case, Unicode variants, emoji, drawn-out letters, contractions without apostrophes, SMS and clinical shorthand,
run-together words and typos end here; later stages see plain words only.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.triage.lexicon import Lexicon
from bot.triage.spelling import Speller, without_accents

#: Longer texts are read in full, but no single word longer than this is taken for a word.
LONGEST_WORD = 40

_TOKEN = re.compile(
    r"(?P<hash>\#\s?[12](?![\d.]))"
    r"|(?P<number>\d+(?:[.,:/]\d+)*)"
    r"|(?P<slash>[^\W\d_]{1,3}/(?:[^\W\d_]{1,3}(?:/[^\W\d_]{1,3})?)?(?![^\W\d_]))"
    r"|(?P<word>[^\W\d_]+(?:['’‘`´][^\W\d_]+)*)"
    r"|(?P<title>(?<=\b[DdMm]r)\.(?= [A-Z])|(?<=\b[Mm]rs)\.(?= [A-Z]))"
    r"|(?P<break>[.!?;:\n…]+|\s[-–—]+\s|[—])"
    r"|(?P<comma>,|\(|\))"
    r"|(?P<symbol>[^\s\w])"
)
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_APOSTROPHES = str.maketrans("", "", "'’‘`´")


@dataclass(frozen=True, slots=True)
class Token:
    """One normalised word. `start` and `end` are offsets into the given text; `stem` is what the lexicon matches.

    `kind` is word, number, break (ends a clause), comma, or symbol.
    """

    word: str
    stem: str
    kind: str
    start: int
    end: int


class Normaliser:
    """Turns text into tokens under one language's lexicon."""

    def __init__(self, lexicon: Lexicon, speller: Speller) -> None:
        self._lexicon = lexicon
        self._speller = speller
        self._cache: dict[str, tuple[tuple[str, str], ...]] = {}

    def tokens(self, text: str) -> list[Token]:
        """The tokens of `text`, in order; linear in its length."""
        found: list[Token] = []
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup or "symbol"
            start, end = match.span()
            raw = match.group()
            if kind in ("word", "slash"):
                for word, stem in self._words(raw):
                    found.append(Token(word, stem, _kind_of(word), start, end))
            elif kind == "hash":
                found.extend(Token(word, self._lexicon.stem(word), "word", start, end) for word in _numbered(raw))
            elif kind == "number":
                found.append(Token(raw, raw, "number", start, end))
            elif kind == "title":
                continue
            elif kind == "symbol":
                meaning = self._lexicon.emoji.get(raw)
                if meaning:
                    found.extend(Token(word, stem, "word", start, end) for word, stem in self._words(meaning))
                else:
                    is_emoji = unicodedata.category(raw) == "So"
                    found.append(Token(raw, raw, "break" if is_emoji else "symbol", start, end))
            else:
                found.append(Token(raw.strip() or "\n", "", kind, start, end))
        return found

    def _words(self, raw: str) -> tuple[tuple[str, str], ...]:
        known = self._cache.get(raw)
        if known is None:
            known = tuple((word, self._lexicon.stem(word)) for word in self._expand(raw))
            if len(self._cache) < 50_000 and len(raw) <= LONGEST_WORD:
                self._cache[raw] = known
        return known

    def _expand(self, raw: str) -> list[str]:
        lower = without_accents(unicodedata.normalize("NFKC", raw).lower())
        if len(lower) > LONGEST_WORD:
            return [lower[:LONGEST_WORD]]
        bare = lower.translate(_APOSTROPHES)
        shorthand = self._lexicon.shorthand
        if bare in shorthand:
            return shorthand[bare].split()
        if " " in lower:
            return [word for part in lower.split() for word in self._expand(part)]
        short = _DRAWN_OUT.sub(r"\1\1", bare)
        if short != bare:
            single = _DRAWN_OUT.sub(r"\1", bare)
            bare = single if self._speller.knows(single) or single in shorthand else short
            if bare in shorthand:
                return shorthand[bare].split()
        if lower.endswith(("'s", "’s")) and len(bare) > 2:
            stem = bare[:-1]
            return [stem] if self._speller.knows(stem) else [self._speller.correct(stem)]
        if bare.endswith("in") and self._speller.prefers(bare + "g", bare):
            return [bare + "g"]
        return [plain for word in self._speller.repair(bare) for plain in shorthand.get(word, word).split()]


def _numbered(raw: str) -> tuple[str, str]:
    """ "#2" as it is said."""
    return "number", "one" if raw.endswith("1") else "two"


def _kind_of(word: str) -> str:
    if word == "<break>":
        return "break"
    return "comma" if word == "<comma>" else "word"
