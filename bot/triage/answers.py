"""Bare answers to the question that was just asked: "yes", "nope", "1", "a lil bit", "7"."""

from __future__ import annotations

from itertools import pairwise

from bot.triage.assessment import Measurement
from bot.triage.lexicon import Lexicon
from bot.triage.normalise import Token

YES, NO, SAID = "yes", "no", "said"
_SHORT = 8


def yes_or_no(tokens: list[Token], lexicon: Lexicon, asked: str | None = None) -> str | None:
    """`yes` or `no` when the message opens with one (digits 1 and 2 count when they stand alone); None otherwise.

    "no fever" answers the question about temperature only: a no that denies one thing says nothing of another.
    """
    grammar = lexicon.grammar
    if _denies_something_else(tokens, grammar, asked):
        return None
    words = [token.word for token in tokens if token.kind in ("word", "number")]
    if not words:
        return None
    if words in (["1"], ["2"]):
        return YES if words == ["1"] else NO
    opening = words[:3]
    if opening[0] in ("1", "2") and len(words) > 1 and words[1] in grammar["yes_words"] | grammar["no_words"]:
        return YES if opening[0] == "1" else NO
    yes = next((index for index, word in enumerate(words[:_SHORT]) if word in grammar["yes_words"]), None)
    no = next((index for index, word in enumerate(words[:_SHORT]) if word in grammar["no_words"]), None)
    start = 1 if words[0] in grammar["answer_padding"] and len(words) > 1 and words[0] != "a" else 0
    slight = " ".join(words[start : start + 2]) in grammar["slight_yes"] or words[0] in grammar["slight_yes"]
    if no == 0 and yes is None and not (slight and len(words) <= 4):
        return NO
    if yes == 0 and _says_all_is_well(words[1:], grammar):
        return None
    if yes is not None and yes <= 1 and (no is None or yes < no):
        return YES
    if len(words) <= 6:
        if slight and no is None:
            return YES
        if yes is not None and no is None:
            return YES
        if no is not None and no <= 1:
            return NO
    return None


def _says_all_is_well(words: list[str], grammar: dict[str, frozenset[str]]) -> bool:
    """Whether a "yes" goes on to say that nothing is wrong: "yes everything is fine", "yes, no problems"."""
    if len(words) > _SHORT or set(words) & grammar.get("not_so_well", frozenset()):
        return False
    troubles = grammar.get("trouble_words", frozenset())
    no_trouble = any(first == "no" and second in troubles for first, second in pairwise(words))
    well = set(words) & grammar.get("well_words", frozenset())
    return no_trouble or (bool(well) and not set(words) & troubles)


def _denies_something_else(tokens: list[Token], grammar: dict[str, frozenset[str]], asked: str | None) -> bool:
    if len(tokens) < 2 or tokens[0].word not in grammar["no_words"] or tokens[1].kind != "word" or asked is None:
        return False
    denied = tokens[1].word
    if denied not in frozenset().union(*(words for name, words in grammar.items() if name.startswith("about_"))):
        return False
    return denied not in grammar.get(f"about_{asked.removeprefix('doubt:')}", frozenset())


def bare(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether the message says no more than yes or no."""
    grammar = lexicon.grammar
    plain = grammar["yes_words"] | grammar["no_words"] | grammar["answer_padding"]
    words = [token.word for token in tokens if token.kind in ("word", "number")]
    return len(words) <= 6 and all(word in plain or word in ("1", "2") for word in words)


def answered_items(asked: str | None, answer: str | None, measurements: tuple[Measurement, ...]) -> dict[str, str]:
    """The check-in items that numbers and a yes or no settle: item -> value."""
    settled: dict[str, str] = {}
    for measurement in measurements:
        if measurement.kind == "temperature_f":
            settled["temperature"] = f"{measurement.value:g}"
        elif measurement.kind == "pain":
            settled["pain"] = f"{measurement.value:g}"
    if asked and answer and asked not in settled and not asked.startswith("doubt:"):
        settled[asked] = answer
    return settled
