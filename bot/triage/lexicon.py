"""Patients' words, read from `data/lexicon/<language>.yml`: concepts, signs, cues, shorthand; and their compilation.

A sign is what a patient may say ("leg gives way"); the protocol makes findings of signs. The pattern language is
described in docs/triage.md; in short:

    word other         words in a row (small words such as "my" and "the" may stand between)
    a|b                either word
    (a b|c)            either phrase
    <leg>              any words of the concept `leg`
    x .. y             y after x, a few words between
    x & y              both in one clause, in any order
    & !z               and no z in the clause
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import Stemmer

from bot.triage.schema import DATA, DataError, line_of_text, load_checked

LANGUAGES = ("en", "es")
_STEMMERS = {"en": "english", "es": "spanish"}
_WINDOW = re.compile(r"\{(\d+)\}\s*$")
_PIECES = re.compile(r"<[^>]*>|[^<]+")
_CHOICES = re.compile(r"\([^)]*\)|\S+")
DEFAULT_WINDOW = 7
NEAR_GAP = 2
FAR_GAP = 5


@dataclass(frozen=True, slots=True)
class Element:
    """One step of a sequence: a concept, and how many content words may stand between it and the step before."""

    concept: str
    gap: int


class Stratum(IntEnum):
    """Which words of a text a phrase is looked for in."""

    CONTENT = 0  # without determiners, fillers and light words
    LIGHT = 1  # without determiners and fillers
    PLAIN = 2  # without determiners
    ALL = 3  # every word


@dataclass(frozen=True, slots=True)
class Phrase:
    """Stems in a row, and the stratum of the text in which they must stand in a row."""

    stems: tuple[str, ...]
    stratum: Stratum


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled line of the lexicon. Each term is a sequence; all stand in one clause, no `absent` concept does."""

    target: str
    terms: tuple[tuple[Element, ...], ...]
    absent: tuple[str, ...]
    window: int
    source: str


@dataclass(slots=True)
class Lexicon:
    """One language's words, compiled. `phrases` maps a concept id to its phrases.

    Determiners, fillers and light words may stand anywhere inside a phrase that names none of their kind itself.
    """

    language: str
    version: str
    determiners: frozenset[str]
    fillers: frozenset[str]
    light: frozenset[str]
    shorthand: dict[str, str]
    emoji: dict[str, str]
    grammar: dict[str, frozenset[str]]
    cues: dict[str, tuple[str, ...]]
    classes: dict[str, frozenset[str]]
    signs: tuple[str, ...]
    phrases: dict[str, list[Phrase]]
    derived: list[Pattern]
    patterns: list[Pattern]
    vocabulary: frozenset[str]
    idioms: frozenset[str]
    over: dict[str, frozenset[str]]
    requests: frozenset[str]
    forms: dict[str, str]
    _stems: dict[str, str] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.Lock)
    _stemmer: Any = None

    def stem(self, word: str) -> str:
        """The stem under which the lexicon knows `word`."""
        known = self._stems.get(word)
        if known is None:
            form = self.forms.get(word, word)
            with self._lock:  # a Snowball stemmer keeps state and is not safe to share without one
                known = str(self._stemmer.stemWord(form))
                if len(self._stems) < 100_000:
                    self._stems[word] = known
        return known


def load_lexicon(language: str, folder: Path | None = None) -> Lexicon:
    """Read and compile the lexicon of `language`. Raises DataError with file and line."""
    folder = folder or DATA / "lexicon"
    path = folder / f"{language}.yml"
    return _Compiler(language, _read(language, folder), path).compile()


def language_marks(language: str, folder: Path | None = None) -> frozenset[str]:
    """The small words by which a text in `language` is told, read without compiling the rest. Raises DataError."""
    return frozenset(_read(language, folder or DATA / "lexicon")["grammar"]["language_marks"])


@lru_cache(maxsize=4)
def _read(language: str, folder: Path) -> dict[str, Any]:
    return load_checked(folder / f"{language}.yml", folder / "lexicon.schema.json")


class _Compiler:
    def __init__(self, language: str, data: dict[str, Any], path: Path) -> None:
        self.data = data
        self.path = path
        self.words: set[str] = set()
        self.lexicon = Lexicon(
            language=language,
            version=data["version"],
            determiners=frozenset(data["determiners"]),
            fillers=frozenset(data["fillers"]),
            light=frozenset(data["light"]),
            shorthand=dict(data["shorthand"]),
            emoji=data["emoji"],
            grammar={name: frozenset(words) for name, words in data["grammar"].items()},
            cues={},
            classes={},
            signs=tuple(data["signs"]),
            phrases={},
            derived=[],
            patterns=[],
            vocabulary=frozenset(),
            idioms=frozenset(),
            over={name: frozenset(others) for name, others in data.get("over", {}).items()},
            requests=frozenset(data["requests"]),
            forms=data["forms"],
            _stemmer=Stemmer.Stemmer(_STEMMERS[language]),
        )

    def compile(self) -> Lexicon:
        lexicon = self.lexicon
        classes: dict[str, set[str]] = {}
        for name, concept in self.data["concepts"].items():
            entries = concept if isinstance(concept, list) else concept["words"]
            if isinstance(concept, dict) and "class" in concept:
                classes.setdefault(concept["class"], set()).add(name)
            for entry in entries:
                self.entry(name, entry, lexicon.derived)
        lexicon.classes = {name: frozenset(members) for name, members in classes.items()}
        for sign, entries in self.data["signs"].items():
            for entry in entries:
                self.entry(f"sign:{sign}", entry, lexicon.patterns, always_pattern=True)
        for kind, entries in self.data["cues"].items():
            for entry in entries:
                self.entry(f"cue:{kind}", entry, lexicon.derived)
        lexicon.cues = {kind: tuple(entries) for kind, entries in self.data["cues"].items()}
        for entry in self.data["idioms"]:
            self.entry("idiom", entry, lexicon.patterns, always_pattern=True)
        self.check_references()
        lexicon.vocabulary = frozenset(self.words)
        return lexicon

    def entry(self, target: str, entry: str, into: list[Pattern], always_pattern: bool = False) -> None:
        """Compile one line: plain words become phrases of the concept, everything else a pattern."""
        entry = str(entry).strip()
        if not always_pattern and not re.search(r"[<&]|\.\.", entry):
            strict = target.startswith("cue:") or target == "idiom"
            self.lexicon.phrases.setdefault(target, []).extend(self.spell_out(entry, strict))
            return
        window = DEFAULT_WINDOW
        if found := _WINDOW.search(entry):
            window = int(found.group(1))
        body = _WINDOW.sub("", entry)
        strict = target.startswith("cue:") or target == "idiom"
        terms: list[tuple[Element, ...]] = []
        absent: list[str] = []
        for part in (piece.strip() for piece in body.split("&")):
            if part.startswith("!"):
                absent.append(self.sequence(part[1:].strip(), entry, strict)[0].concept)
            elif part:
                terms.append(self.sequence(part, entry, strict))
        if not terms:
            raise DataError(f"{self.path}:{line_of_text(self.path, entry)}: a pattern needs words: {entry}")
        into.append(Pattern(target, tuple(terms), tuple(absent), window, entry))

    def sequence(self, text: str, entry: str, strict: bool = False) -> tuple[Element, ...]:
        elements: list[Element] = []
        for index, chunk in enumerate(text.split("..")):
            first = True
            for piece in (found.strip() for found in _PIECES.findall(chunk)):
                if not piece:
                    continue
                if piece[0] == "|" or (piece[-1] == "|" and piece[0] != "<"):
                    line = line_of_text(self.path, entry)
                    raise DataError(f"{self.path}:{line}: a concept cannot be one of several words: {entry}")
                gap = (FAR_GAP if index else 0) if first else NEAR_GAP
                first = False
                if piece.startswith("<"):
                    elements.append(Element(piece[1:-1], gap))
                else:
                    elements.append(Element(self.phrase_concept(piece, strict), gap))
        if not elements:
            raise DataError(f"{self.path}:{line_of_text(self.path, entry)}: an empty part in: {entry}")
        return tuple(elements)

    def phrase_concept(self, text: str, strict: bool) -> str:
        """The anonymous concept that stands for these words."""
        name = ("==" if strict else "=") + text
        if name not in self.lexicon.phrases:
            self.lexicon.phrases[name] = self.spell_out(text, strict)
        return name

    def spell_out(self, text: str, strict: bool = False) -> list[Phrase]:
        """Every phrase that `text` with its alternatives stands for. `strict` keeps its fillers: cues need them."""
        choices: list[list[str]] = []
        for piece in _CHOICES.findall(text.lower()):
            choices.append([choice.strip() for choice in piece.strip("()").split("|")])
        phrases = []
        for combined in product(*choices):
            expanded: list[str] = []
            for word in " ".join(combined).split():
                self.words.add(word)
                expanded.extend(self.lexicon.shorthand.get(word.replace("'", ""), word).split())
            plain = [word.replace("'", "") for word in expanded]
            if not strict:
                plain = self.essential(plain)
            phrases.append(Phrase(tuple(self.lexicon.stem(word) for word in plain), self.stratum(plain)))
        return phrases

    def essential(self, words: list[str]) -> list[str]:
        """The words without determiners, and without fillers where enough is left ("out of it" needs its "it")."""
        kept = [word for word in words if word not in self.lexicon.determiners] or words
        bare = [word for word in kept if word not in self.lexicon.fillers]
        content = [word for word in bare if word not in self.lexicon.light]
        return bare if len(content) >= 2 or len(bare) == len(kept) else kept

    def stratum(self, words: list[str]) -> Stratum:
        """The widest stratum that any of the words belongs to."""
        return max((stratum_of(word, self.lexicon) for word in words), default=Stratum.CONTENT)

    def check_references(self) -> None:
        known = set(self.lexicon.phrases) | {pattern.target for pattern in self.lexicon.derived}
        for pattern in [*self.lexicon.derived, *self.lexicon.patterns]:
            names = [element.concept for term in pattern.terms for element in term] + list(pattern.absent)
            for name in names:
                if name not in known:
                    line = line_of_text(self.path, pattern.source)
                    raise DataError(f"{self.path}:{line}: no concept is called <{name}>: {pattern.source}")


def stratum_of(word: str, lexicon: Lexicon) -> Stratum:
    """How much weight a word carries."""
    if word in lexicon.determiners:
        return Stratum.ALL
    if word in lexicon.fillers:
        return Stratum.PLAIN
    return Stratum.LIGHT if word in lexicon.light else Stratum.CONTENT
