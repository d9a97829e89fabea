"""Numbers that mean something: temperatures, pain scores, pulse, oxygen, breaths; and numbers that only look like them.

Works on the normalised tokens, digits and spoken numbers alike ("101.4", "a hundred and two", "9/10", "38,5").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.triage.assessment import Context, Measurement
from bot.triage.lexicon import Lexicon
from bot.triage.normalise import Token
from bot.triage.numbers import Number, numbers_in, word_at

FAHRENHEIT = (93.0, 113.0)
CELSIUS = (34.0, 45.0)
#: A bare number above this is no body temperature unless a word or the question says so.
HOTTEST_WITHOUT_A_WORD = 107.0


#: A number after the question that settles a doubt is read as after the check-in's own question.
_ABOUT = {
    "doubt:severe_pain": "pain",
    "doubt:fever": "temperature",
    "doubt:high_fever": "temperature",
    "doubt:low_grade_temp": "temperature",
}


@dataclass(frozen=True, slots=True)
class Readings:
    """What was measured, and the four-digit number that may be a temperature without its point."""

    measurements: tuple[Measurement, ...]
    unclear_temperature: float | None = None
    unclear_pain: bool = False


def read_measurements(text: str, tokens: list[Token], lexicon: Lexicon, context: Context) -> Readings:
    """Every measurement in the text. A number that the patient takes back ("3. no wait, 8") is left out."""
    grammar = lexicon.grammar
    numbers = list(numbers_in(tokens))
    if not numbers:
        return Readings(())
    context = replace(context, asked=_ABOUT.get(context.asked or "", context.asked))
    numbers = _corrected(numbers, tokens, grammar)
    measured: list[Measurement] = []
    unclear_temperature: float | None = None
    unclear_pain = False
    words = {token.word for token in tokens}
    short = sum(token.kind == "word" for token in tokens) <= 3
    for number in numbers:
        near = _near(tokens, number, 5)
        after = _after(tokens, number)
        kind = None
        value = number.value
        if number.parts and number.parts[1] == 10 and 0 <= number.parts[0] <= 10:
            kind, value = "pain", number.parts[0]
        elif number.parts or after in grammar["other_units"]:
            continue
        elif (
            25 <= value <= 250
            and not number.decimal
            and _nearest(tokens, number, grammar, _KINDS, reach=8) == "pulse_words"
        ):
            kind = "pulse"
        elif 50 <= value <= 100 and _nearest(tokens, number, grammar, _KINDS) == "oxygen_words":
            kind = "oxygen"
        elif after in grammar["breath_words"] and value <= 60 and near & grammar["unit_minute"]:
            kind = "breaths"
        elif _is_temperature(number, tokens, near, after, words, grammar, context, short):
            kind = "temperature_f"
            if CELSIUS[0] <= value <= CELSIUS[1]:
                value = round(value * 9 / 5 + 32, 2)
        elif _is_pain(number, tokens, near, after, words, grammar, context, short):
            if value > 10:
                unclear_pain = True
                continue
            kind = "pain"
        elif (
            not number.decimal
            and 930 <= value <= 1130
            and (context.asked == "temperature" or near & grammar["temperature_words"])
        ):
            unclear_temperature = value / 10
            continue
        if kind:
            start, end = tokens[number.first].start, tokens[number.last - 1].end
            measured.append(Measurement(kind, value, text[start:end], start, end))
    measured = _without_earlier_pain(measured, tokens, grammar)
    if any(m.kind == "temperature_f" for m in measured):
        unclear_temperature = None
    if any(m.kind == "pain" for m in measured):
        unclear_pain = False
    return Readings(tuple(measured), unclear_temperature, unclear_pain)


def _without_earlier_pain(
    measured: list[Measurement], tokens: list[Token], grammar: dict[str, frozenset[str]]
) -> list[Measurement]:
    """Without the pain scores that the patient compares today's with ("a nine before", "down from 8")."""
    scores = [m for m in measured if m.kind == "pain"]
    if len(scores) < 2:
        return measured
    earlier = []
    for score in scores:
        first = next(i for i, token in enumerate(tokens) if token.start >= score.start)
        last = next((i for i, token in enumerate(tokens) if token.start >= score.end), len(tokens))
        around = [token.word for token in (*tokens[max(0, first - 2) : first], *tokens[last : last + 2])]
        if set(around) & grammar["compared_with"]:
            earlier.append(score)
    return measured if len(earlier) == len(scores) else [m for m in measured if m not in earlier]


def _near(tokens: list[Token], number: Number, reach: int) -> set[str]:
    """The words up to `reach` tokens away on both sides, not beyond the ends of the sentence."""
    first, last = number.first, number.last
    while first > max(0, number.first - reach) and tokens[first - 1].kind != "break":
        first -= 1
    while last < min(len(tokens), number.last + reach) and tokens[last].kind != "break":
        last += 1
    return {token.word for token in tokens[first:last]}


#: The word lists that say what a number is, in the order that settles a draw.
_KINDS = ("pulse_words", "oxygen_words", "temperature_words")


def _nearest(
    tokens: list[Token],
    number: Number,
    grammar: dict[str, frozenset[str]],
    kinds: tuple[str, ...],
    reach: int = 5,
    ahead: int = 5,
) -> str | None:
    """Which of the word lists has a word nearest to the number, in its sentence; the word before it wins a draw.

    Words up to `reach` before and up to `ahead` behind the number count.
    """
    for distance in range(1, reach + 1):
        for place in (number.first - distance, number.last - 1 + distance):
            if distance > ahead and place >= number.last:
                continue
            if not 0 <= place < len(tokens) or _cut_off(tokens, number, place):
                continue
            for kind in kinds:
                if tokens[place].word in grammar[kind]:
                    return kind
    return None


def _cut_off(tokens: list[Token], number: Number, place: int) -> bool:
    low, high = min(place, number.first), max(place, number.last)
    return any(token.kind == "break" for token in tokens[low:high])


def _after(tokens: list[Token], number: Number) -> str:
    return word_at(tokens, number.last)


def _corrected(numbers: list[Number], tokens: list[Token], grammar: dict[str, frozenset[str]]) -> list[Number]:
    """The numbers without those that a later "sorry, 103.4" or "no wait, 8" takes back."""
    kept: list[Number] = []
    for number in numbers:
        if kept:
            between = {token.word for token in tokens[kept[-1].last : number.first]}
            ahead = {token.word for token in tokens[number.last : number.last + 2]}
            if between & grammar["correction_words"]:
                if ahead & {"not"}:
                    continue
                kept.pop()
            elif "not" in between and number.first - kept[-1].last <= 2 and _corrects_before(tokens, kept[-1], grammar):
                continue
        kept.append(number)
    return kept


def _corrects_before(tokens: list[Token], number: Number, grammar: dict[str, frozenset[str]]) -> bool:
    before = {token.word for token in tokens[max(0, number.first - 3) : number.first]}
    return bool(before & grammar["correction_words"])


def _is_temperature(
    number: Number,
    tokens: list[Token],
    near: set[str],
    after: str,
    words: set[str],
    grammar: dict[str, frozenset[str]],
    context: Context,
    short: bool,
) -> bool:
    value = number.value
    fahrenheit = FAHRENHEIT[0] <= value <= FAHRENHEIT[1]
    celsius = CELSIUS[0] <= value <= CELSIUS[1]
    if not fahrenheit and not celsius:
        return False
    told = context.asked == "temperature" or bool(near & grammar["temperature_words"])
    kinds = ("temperature_words", "not_temperature_words")
    if _nearest(tokens, number, grammar, kinds, ahead=3) == "not_temperature_words" or (
        value > HOTTEST_WITHOUT_A_WORD and not told
    ):
        return False
    if context.asked == "temperature" or near & grammar["temperature_words"] or words & grammar["thermometer_words"]:
        return True
    if context.asked == "pain" and celsius:
        return False
    if number.decimal:
        return fahrenheit or after not in grammar["time_units"]
    if not fahrenheit or value < 99:
        return False
    return (
        short or after == "" or after in grammar["after_temperature"] or tokens[number.last].kind in ("break", "comma")
    )


def _is_pain(
    number: Number,
    tokens: list[Token],
    near: set[str],
    after: str,
    words: set[str],
    grammar: dict[str, frozenset[str]],
    context: Context,
    short: bool,
) -> bool:
    value = number.value
    if value != int(value) and value > 10:
        return False
    if after in grammar["time_units"] or after in grammar["countables"]:
        return False
    before = word_at(tokens, number.first - 1)
    earlier = {token.word for token in tokens[max(0, number.first - 4) : number.first]}
    if context.asked == "pain" and (short or value <= 10) and value < 100:
        return before not in grammar["clock_words"] and after not in grammar["clock_after"]
    if value > 20:
        return False
    if earlier & grammar["pain_words"] and before not in grammar["clock_words"]:
        return value <= 10 or before in grammar["pain_words"] or before in ("is", "a", "at", "like")
    if value > 10:
        return False
    if "back" in earlier and before in ("is", "at", "a", "an"):
        return True
    scored = before in ("a", "an", "solid", "maybe", "un") or bool(earlier & {"call", "calling", "rate", "say", "says"})
    return scored and bool(words & grammar["pain_context"] or earlier & {"call", "calling", "rate"})
