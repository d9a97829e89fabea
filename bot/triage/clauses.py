"""Stage 2: tokens become clauses, the stretches that a negation, an "if" or a subject can rule.

A *clause* ends at a full stop, a line break, or a word such as "but" or "only thing". A *segment* is a smaller piece
that ends at a comma, at "and", or where a new subject with its own verb begins; a negation reaches into the next
segment only when that segment goes on with a list ("no fever, chills or cough").
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.triage.lexicon import Lexicon, Stratum, stratum_of
from bot.triage.normalise import Token


@dataclass(slots=True)
class Word:
    """A word with its place: `clause` and `segment` count from 0; `stratum` says how much weight it carries."""

    token: Token
    clause: int
    segment: int
    stratum: Stratum


@dataclass(slots=True)
class Segment:
    """A stretch of words [first, last) of one clause. `fresh`: it starts a new statement; no list goes on into it."""

    clause: int
    first: int
    last: int
    fresh: bool
    joint: str


@dataclass(slots=True)
class Reading:
    """The words of a text in clauses and segments, and which clauses end in a question mark.

    `weight[i]` is the number of content words before word `i`; distances are counted in it.
    """

    words: list[Word]
    segments: list[Segment]
    questions: frozenset[int]
    weight: list[int]

    def distance(self, left: int, right: int) -> int:
        """How many content words stand in words [left, right)."""
        return self.weight[right] - self.weight[left] if left < right else 0


def read_clauses(tokens: list[Token], lexicon: Lexicon) -> Reading:
    """Cut the tokens into clauses and segments; linear in their number."""
    grammar = lexicon.grammar
    breakers, joiners = grammar["breakers"], grammar["joiners"]
    spoken = _is_dictated(tokens, grammar)
    words: list[Word] = []
    segments: list[Segment] = []
    questions: set[int] = set()
    clause = 0
    fresh, joint = True, "start"
    first = 0

    def close(next_joint: str, next_fresh: bool, new_clause: bool) -> None:
        nonlocal clause, first, fresh, joint
        if len(words) > first:
            segments.append(Segment(clause, first, len(words), fresh, joint))
            first = len(words)
            fresh, joint = next_fresh, next_joint
        elif next_fresh:
            fresh, joint = True, next_joint
        if new_clause and segments and segments[-1].clause == clause:
            clause += 1

    count = len(tokens)
    for index, token in enumerate(tokens):
        kind, word = token.kind, token.word
        if kind == "break" or (spoken and word in grammar["spoken_stops"]):
            if "?" in word:
                questions.add(clause)
            close("break", True, True)
            continue
        if kind == "comma" or (spoken and word in grammar["spoken_commas"]):
            close("comma", _starts_statement(tokens, index + 1, grammar), False)
            continue
        if kind == "symbol":
            continue
        if word in breakers or (index + 1 < count and f"{word} {tokens[index + 1].word}" in breakers):
            close("break", True, True)
        elif word in joiners:
            starts = word not in grammar["list_joiners"] and _starts_statement(tokens, index + 1, grammar)
            close("list" if word in grammar["list_joiners"] else "and", starts, False)
        elif len(words) > first and _is_new_subject(tokens, index, grammar):
            close("subject", True, False)
        words.append(Word(token, clause, len(segments), stratum_of(token.word, lexicon)))
    close("end", True, True)
    weight = [0]
    for item in words:
        weight.append(weight[-1] + (item.stratum is Stratum.CONTENT))
    return Reading(words, segments, frozenset(questions), weight)


def _is_dictated(tokens: list[Token], grammar: dict[str, frozenset[str]]) -> bool:
    """Whether the marks were spoken ("comma", "period"): the text has none of its own, and at least two in words."""
    if any(token.kind == "break" and token.word[:1] in ".!?" for token in tokens[:-1]):
        return False
    return sum(token.word in grammar["spoken_stops"] | grammar["spoken_commas"] for token in tokens) >= 2


def _starts_statement(tokens: list[Token], index: int, grammar: dict[str, frozenset[str]]) -> bool:
    """Whether a statement of its own, with a verb, begins at `index` (before the next comma or stop)."""
    ahead: list[str] = []
    for token in tokens[index : index + 7]:
        if token.kind in ("break", "comma") or (ahead and token.word in grammar["joiners"]):
            break
        ahead.append(token.word)
    if not ahead:
        return False
    if ahead[0] in grammar["negators"]:
        return True
    return any(word in grammar["verbs"] for word in ahead[:5])


def _is_new_subject(tokens: list[Token], index: int, grammar: dict[str, frozenset[str]]) -> bool:
    """Whether the word at `index` begins a statement with no joiner before it, as texts without punctuation do."""
    word = tokens[index].word
    before = tokens[index - 1].word if index else ""
    if word in grammar["negators"]:
        return before not in grammar["verbs"] and before not in grammar["subjects"] and word in grammar["list_negators"]
    if word not in grammar["subjects"] or before in grammar["before_object"] or before in grammar["subordinators"]:
        return False
    ahead = [token.word for token in tokens[index + 1 : index + 4] if token.kind == "word"]
    if word in grammar["pronouns"]:
        return bool(ahead) and (ahead[0] in grammar["verbs"] or (len(ahead) > 1 and ahead[1] in grammar["verbs"]))
    return any(item in grammar["verbs"] for item in ahead[1:3])
