"""When something happened: "three days ago", "last night", "in 2015", "since Tuesday"."""

from __future__ import annotations

from dataclasses import dataclass

from bot.triage.clauses import Reading
from bot.triage.lexicon import Lexicon
from bot.triage.matching import SignMatch

_HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "night": 24.0, "week": 168.0, "month": 730.0, "year": 8766.0}
_FEW = {
    "a": 1,
    "an": 1,
    "one": 1,
    "couple": 2,
    "two": 2,
    "few": 3,
    "three": 3,
    "several": 4,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "un": 1,
    "una": 1,
    "dos": 2,
    "tres": 3,
    "cuatro": 4,
    "cinco": 5,
    "seis": 6,
    "siete": 7,
    "ocho": 8,
    "diez": 10,
    "unos": 3,
    "unas": 3,
    "many": 10,
    "muchos": 10,
}


_BEFORE_A_YEAR = frozenset({"in", "of", "back", "from", "around", "year", "en", "del", "circa", "about", "until"})
#: A moment speaks of a mention that stands at most so many content words away.
REACH = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that was named: how many hours ago it was or began; a point ("ago") or a span ("for", "since")."""

    clause: int
    hours_ago: float | None
    point: bool
    text: str
    start: int


class Timing:
    """The moments named in one text."""

    def __init__(self, reading: Reading, lexicon: Lexicon) -> None:
        self._reading = reading
        self._moments: list[Moment] = []
        tokens = [word.token for word in reading.words]
        clause_at = [word.clause for word in reading.words]
        grammar = lexicon.grammar
        for index, token in enumerate(tokens):
            unit = grammar_unit(token.word, grammar)
            if unit is None:
                self._year(tokens, index, clause_at[index])
                continue
            amount = _amount(tokens, index)
            if amount is None:
                continue
            after = tokens[index + 1].word if index + 1 < len(tokens) else ""
            before = tokens[index - 2].word if index >= 2 else ""
            before2 = tokens[index - 3].word if index >= 3 else ""
            ago = after in grammar["ago"] or before in grammar["ago_before"] or before2 in grammar["ago_before"]
            if ago:
                since = any(tokens[back].word in ("since", "desde") for back in range(max(0, index - 4), index))
                point = after in grammar["ago_point"] and not since
                words = f"{tokens[index - 1].word} {token.word}"
                self._moments.append(Moment(clause_at[index], amount * _HOURS[unit], point, words, index))
        self._points = _named_points(reading, lexicon)

    def _year(self, tokens: list, index: int, clause: int) -> None:  # type: ignore[type-arg]
        word = tokens[index].word
        if len(word) == 4 and word.isdigit() and 1930 <= int(word) <= 2100:
            before = {token.word for token in tokens[max(0, index - 6) : index]}
            since = bool(before & {"since", "desde"})
            if index and tokens[index - 1].word not in _BEFORE_A_YEAR and not since:
                return
            self._moments.append(Moment(clause, 24.0 * 400, not since, word, index))

    def of(self, match: SignMatch) -> Moment | None:
        """The moment in the mention's clause, the longest ago if there are several."""
        here = [moment for moment in self._moments if moment.clause == match.clause and self._is_near(moment, match)]
        return max(here, key=lambda moment: moment.hours_ago or 0.0, default=None)

    def _is_near(self, moment: Moment, match: SignMatch) -> bool:
        gap = max(
            self._reading.distance(match.end, moment.start), self._reading.distance(moment.start + 1, match.start)
        )
        return moment.hours_ago is not None and gap <= REACH

    def is_point(self, match: SignMatch) -> bool:
        """Whether the mention's moment is a point in the past rather than the start of something that lasts."""
        moment = self.of(match)
        return moment is not None and moment.point

    def hours(self, clause: int) -> float | None:
        """The longest time span named in the clause, in hours ("nothing since yesterday" is 12 at least)."""
        spans = [moment.hours_ago for moment in self._moments if moment.clause == clause and moment.hours_ago]
        spans += [hours for at, hours in self._points if at == clause]
        return max(spans, default=None)


def grammar_unit(word: str, grammar: dict[str, frozenset[str]]) -> str | None:
    """The unit of time that `word` names, in English or Spanish; None for any other word."""
    for unit in _HOURS:
        if word in grammar[f"unit_{unit}"]:
            return unit
    return None


def _amount(tokens: list, index: int) -> float | None:  # type: ignore[type-arg]
    for back in (1, 2):
        if index - back < 0:
            return None
        word = tokens[index - back].word
        if word in _FEW:
            return float(_FEW[word])
        try:
            return float(word.split("-")[0])
        except ValueError:
            continue
    return 5.0 if tokens[index].word in ("years", "yrs", "months", "anos", "años", "meses") else None


def _named_points(reading: Reading, lexicon: Lexicon) -> list[tuple[int, float]]:
    """Spans that need no number: yesterday, last night, all day; (clause, hours at the least)."""
    grammar = lexicon.grammar
    points = []
    for word in reading.words:
        if word.token.word in grammar["yesterday"]:
            points.append((word.clause, 12.0))
        elif word.token.word in grammar["earlier_today"]:
            points.append((word.clause, 4.0))
    return points
