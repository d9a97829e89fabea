"""Numbers as patients write and say them: digits, fractions, "a hundred and two", "treinta y ocho y medio"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.triage.normalise import Token


@dataclass(frozen=True, slots=True)
class Number:
    """A number in tokens [first, last): `parts` holds both halves of "9/10" or "118 over 72"."""

    value: float
    first: int
    last: int
    decimal: bool
    parts: tuple[float, ...] = ()


def numbers_in(tokens: list[Token]) -> Iterator[Number]:
    """The numbers of a text in order, each part of "9/10" or "118 over 72" once."""
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.kind == "number":
            number = _digits(tokens, index)
            if number is not None:
                yield number
                index = number.last
                continue
        elif (
            token.word in _UNITS
            or token.word in _TENS
            or (token.word == "hundred" or (token.word in ("a", "an") and word_at(tokens, index + 1) == "hundred"))
        ):
            number = _spoken(tokens, index)
            if number is not None:
                yield number
                index = number.last
                continue
        index += 1


def _digits(tokens: list[Token], index: int) -> Number | None:
    raw = tokens[index].word
    try:
        if raw.count("/") == 1:
            left, right = raw.split("/")
            return Number(float(left), index, index + 1, False, (float(left), float(right)))
        if ":" in raw or raw.count(".") > 1 or raw.count(",") > 1 or "/" in raw:
            return None
        if "," in raw and len(raw.split(",")[1]) == 3:
            return Number(float(raw.replace(",", "")), index, index + 1, False)
        value = float(raw.replace(",", "."))
    except ValueError:
        return None
    decimal = "." in raw or "," in raw
    following = [word_at(tokens, index + step) for step in (1, 2, 3)]
    if following[0] in ("over", "sobre") and tokens[index + 2 : index + 3] and tokens[index + 2].kind == "number":
        other = _plain(tokens[index + 2].word)
        if other is not None:
            return Number(value, index, index + 3, False, (value, other))
    if following[0] in ("out", "de", "on", "outta") and "10" in following[1:3]:
        last = index + 2 + following[1:3].index("10") + 1
        return Number(value, index, last, decimal, (value, 10.0))
    if (
        following[0] in ("point", "punto", "coma")
        and tokens[index + 2 : index + 3]
        and tokens[index + 2].word.isdigit()
    ):
        return Number(float(f"{int(value)}.{tokens[index + 2].word}"), index, index + 3, True)
    return Number(value, index, index + 1, decimal)


def _plain(raw: str) -> float | None:
    try:
        return float(raw)
    except ValueError:
        return None


_UNITS = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "cero": 0,
    "uno": 1,
    "dos": 2,
    "tres": 3,
    "cuatro": 4,
    "cinco": 5,
    "seis": 6,
    "siete": 7,
    "ocho": 8,
    "nueve": 9,
    "diez": 10,
}
_TENS = {
    "thirty": 30,
    "forty": 40,
    "ninety": 90,
    "treinta": 30,
    "cuarenta": 40,
    "noventa": 90,
    "cien": 100,
    "ciento": 100,
}
_POINTS = ("point", "punto", "coma")
_GLUE = ("and", "y")


def _spoken(tokens: list[Token], index: int) -> Number | None:
    """A number in words: "a hundred and four point one", "ninety nine point seven", "treinta y ocho y medio"."""
    at = index
    value = 0.0
    word = word_at(tokens, at)
    if word in ("a", "an"):
        value, at = 100.0, at + 2
    elif word == "hundred":
        value, at = 100.0, at + 1
    elif word in ("one",) and word_at(tokens, at + 1) == "hundred":
        value, at = 100.0, at + 2
    elif word in _TENS:
        value, at = float(_TENS[word]), at + 1
    else:
        number = Number(float(_UNITS[word]), at, at + 1, False)
        following = [word_at(tokens, at + step) for step in (1, 2, 3)]
        if following[0] in ("out", "de", "on", "outta") and ({"10", "ten", "diez"} & set(following[1:3])):
            return Number(number.value, at, at + 4, False, (number.value, 10.0))
        if word == "one" and following[0] == "oh" and following[1] in _UNITS:
            value, at = 100.0 + _UNITS[following[1]], at + 3
            return _fraction(tokens, index, at, value)
        return number
    if word_at(tokens, at) in _GLUE and (word_at(tokens, at + 1) in _UNITS or _is_digit(tokens, at + 1)):
        at += 1
    if word_at(tokens, at) in _UNITS:
        value += _UNITS[word_at(tokens, at)]
        at += 1
    elif value >= 100 and _is_digit(tokens, at) and float(tokens[at].word) < 13:
        value += float(tokens[at].word)
        at += 1
    return _fraction(tokens, index, at, value)


def _fraction(tokens: list[Token], index: int, at: int, value: float) -> Number:
    if word_at(tokens, at) in _POINTS:
        word = word_at(tokens, at + 1)
        if word in _UNITS or _is_digit(tokens, at + 1):
            digit = _UNITS[word] if word in _UNITS else int(tokens[at + 1].word[0])
            return Number(round(value + digit / 10, 1), index, at + 2, True)
    if word_at(tokens, at) in _GLUE and word_at(tokens, at + 1) in ("medio", "half"):
        return Number(value + 0.5, index, at + 2, True)
    return Number(value, index, at, False)


def _is_digit(tokens: list[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].word.isdigit()


def word_at(tokens: list[Token], index: int) -> str:
    """The word at `index`; empty beyond the ends."""
    return tokens[index].word if 0 <= index < len(tokens) else ""
