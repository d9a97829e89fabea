"""Stage 3: the lexicon's concepts and signs, found in the clauses of a text.

spaCy's PhraseMatcher finds every phrase over the stems of the content words; patterns then combine what it found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.triage.clauses import Reading
from bot.triage.lexicon import Element, Lexicon, Pattern, Stratum


@dataclass(frozen=True, slots=True)
class Event:
    """A concept found in content words [start, end). `words` are the ones that it really used."""

    concept: str
    start: int
    end: int
    words: frozenset[int]


@dataclass(frozen=True, slots=True)
class SignMatch:
    """A sign found in content words [start, end) of `clause`, by the lexicon line `source`."""

    sign: str
    clause: int
    start: int
    end: int
    words: frozenset[int]
    source: str


Events = dict[str, list[Event]]


class Matcher:
    """Finds concepts, cues, idioms and signs; built once per lexicon and safe to share between threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._vocab = Vocab()
        self._phrases = {stratum: PhraseMatcher(self._vocab, attr="ORTH") for stratum in Stratum}
        for concept, phrases in lexicon.phrases.items():
            for stratum in Stratum:
                unique = sorted({phrase.stems for phrase in phrases if phrase.stems and phrase.stratum is stratum})
                if unique:
                    self._phrases[stratum].add(concept, [Doc(self._vocab, words=list(stems)) for stems in unique])
        self._derived = _in_order(lexicon.derived)
        self._by_anchor: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in lexicon.patterns:
            self._by_anchor[_anchor(pattern, lexicon)].append(pattern)
        self._body = frozenset(lexicon.classes.get("body", ()))

    def events(self, reading: Reading) -> dict[int, Events]:
        """What stands in each clause: clause -> concept -> events, in order."""
        found: dict[int, Events] = defaultdict(lambda: defaultdict(list))
        strings = self._vocab.strings
        for stratum, matcher in self._phrases.items():
            places = [index for index, word in enumerate(reading.words) if word.stratum <= stratum]
            if not places:
                continue
            words = [reading.words[index].token for index in places]
            doc = Doc(self._vocab, words=[word.stem or word.word for word in words])
            for key, first, last in matcher(doc):
                start, end = places[first], places[last - 1] + 1
                clause = reading.words[start].clause
                if reading.words[end - 1].clause == clause:
                    concept = strings[key]
                    found[clause][concept].append(Event(concept, start, end, frozenset(places[first:last])))
        for events in found.values():
            for matches in events.values():
                matches.sort(key=lambda event: (event.start, -event.end))
        for events in found.values():
            for pattern in self._derived:
                if all(term[0].concept in events for term in pattern.terms):
                    for used in self._combine(pattern, events, reading, None):
                        events[pattern.target].append(_event(pattern.target, used))
        return found

    def signs(self, reading: Reading, events: Events, clause: int, topics: Iterable[str]) -> list[SignMatch]:
        """The signs and idioms in one clause. `topics` are body concepts that the clause may leave unsaid."""
        implied = self._with_kinds(frozenset(topics))
        matches: list[SignMatch] = []
        for concept in [*events, *implied]:
            for pattern in self._by_anchor.get(concept, ()):
                for words in self._combine(pattern, events, reading, implied):
                    if words:
                        matches.append(
                            SignMatch(pattern.target, clause, min(words), max(words) + 1, words, pattern.source)
                        )
        return matches

    def _with_kinds(self, concepts: frozenset[str]) -> frozenset[str]:
        """The concepts and those that each of them alone is an instance of (a `foot` is a `lower`)."""
        grown = set(concepts)
        for pattern in self._derived:
            if len(pattern.terms) == 1 and len(pattern.terms[0]) == 1 and pattern.terms[0][0].concept in grown:
                grown.add(pattern.target)
        return frozenset(grown)

    def _combine(
        self, pattern: Pattern, events: Events, reading: Reading, implied: frozenset[str] | None
    ) -> list[frozenset[int]]:
        """Every way in which the pattern holds among `events`, as the sets of words that it used."""
        if any(concept in events for concept in pattern.absent):
            return []
        terms: list[list[tuple[int, int, frozenset[int], str]]] = []
        for term in pattern.terms:
            places = _sequence(term, events, reading)
            if not places and implied and len(term) == 1 and term[0].concept in implied:
                places = [(-1, -1, frozenset(), term[0].concept)]
            if not places:
                return []
            terms.append(places)
        if len(terms) == 1:
            return [words for _, _, words, _ in terms[0] if words]
        results = []
        for place in terms[0]:
            chosen = [place]
            for places in terms[1:]:
                nearest = min(places, key=lambda other: (other[0] >= 0 and _distance(chosen, other, reading), other[0]))
                chosen.append(nearest)
            if self._near(chosen, pattern.window, events, reading):
                results.append(frozenset().union(*(words for _, _, words, _ in chosen)))
        return results

    def _near(
        self, chosen: list[tuple[int, int, frozenset[int], str]], window: int, events: Events, reading: Reading
    ) -> bool:
        """Whether the parts stand close enough, with no other body part between a body part and what is said of it."""
        placed = sorted((start, end, concept) for start, end, _, concept in chosen if start >= 0)
        for (_, left_end, left), (right_start, _, right) in pairwise(placed):
            if reading.distance(left_end, right_start) > window:
                return False
            for body in (left, right):
                if body in self._body and self._other_body_between(body, left_end, right_start, events):
                    return False
        return True

    def _other_body_between(self, body: str, start: int, end: int, events: Events) -> bool:
        mine = {(event.start, event.end) for event in events.get(body, ())}
        for concept in self._body:
            if concept == body:
                continue
            for event in events.get(concept, ()):
                if start <= event.start < end and (event.start, event.end) not in mine:
                    return True
        return False


def _sequence(
    term: tuple[Element, ...], events: Events, reading: Reading
) -> list[tuple[int, int, frozenset[int], str]]:
    """Every place where the elements of the term stand in order: (start, end, words, first concept)."""
    first = events.get(term[0].concept)
    if not first:
        return []
    places = [(event.start, event.end, event.words, term[0].concept) for event in first]
    for element in term[1:]:
        following = events.get(element.concept)
        if not following:
            return []
        longer = []
        for start, end, words, concept in places:
            for event in following:
                if end <= event.start and reading.distance(end, event.start) <= element.gap:
                    longer.append((start, event.end, words | event.words, concept))
                    break
        places = longer
        if not places:
            return []
    return places


def _distance(
    chosen: list[tuple[int, int, frozenset[int], str]], other: tuple[int, int, frozenset[int], str], reading: Reading
) -> int:
    gaps = [
        max(reading.distance(end, other[0]), reading.distance(other[1], start))
        for start, end, _, _ in chosen
        if start >= 0
    ]
    return min(gaps, default=0)


def _event(concept: str, words: frozenset[int]) -> Event:
    return Event(concept, min(words), max(words) + 1, words)


def _in_order(derived: list[Pattern]) -> list[Pattern]:
    """Derived concepts sorted so that each stands after those that it is made of."""
    waiting = list(derived)
    ordered: list[Pattern] = []
    while waiting:
        targets = {pattern.target for pattern in waiting}
        ready = [
            pattern
            for pattern in waiting
            if not any(element.concept in targets - {pattern.target} for term in pattern.terms for element in term)
        ]
        if not ready:
            return ordered + waiting
        ordered += ready
        waiting = [pattern for pattern in waiting if pattern not in ready]
    return ordered


def _anchor(pattern: Pattern, lexicon: Lexicon) -> str:
    """The concept whose presence makes the pattern worth trying: a phrase of its own before a named concept."""
    heads = [term[0].concept for term in pattern.terms]
    return min(heads, key=lambda name: (not name.startswith("="), name in lexicon.classes.get("body", ())))
