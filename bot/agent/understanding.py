"""What a message means in its conversation: triage, the answers it holds, and the intent that the rules act upon.

The statistical classifier proposes an intent; triage and the question asked may override it, never the reverse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.agent.check_in import NO, SAID, YES, answers_in, load_plan
from bot.agent.dialogue import Dialogue
from bot.agent.language import looks_like_question, takes_back
from bot.triage import CHECK_IN_ITEMS, Assessment, Context, Disposition, assess

RED_FLAG, ANSWER, SYMPTOM, CORRECT = "red_flag", "answer", "symptom", "correct"
WHAT_IF, OTHER_PERSON, NEWS, FALLBACK = "ask_what_if", "about_other_person", "share_news", "nlu_fallback"
#: What a patient may say instead of an answer, whatever the question was.
CONTROLS = frozenset({"skip", "go_back", "repeat_question", "stop_check_in", "ask_human", "never_mind"})
QUESTIONS = "faq_"
NURSE_ONLY = frozenset({"ask_medication", "ask_nurse_only"})
SMALL_TALK = frozenset({"greet", "thanks", "ask_identity", "out_of_scope"})
#: Intents that count in a long message as well, whatever it denies or tells of the past.
CLEAR = frozenset({"thanks", "ask_human", "ask_nurse_only", "going_to_er", "refuses_care"})
#: Intents that mean something only as an answer to a question.
ANSWERS_ONLY = frozenset({"answer_fine", "same_as_before", "affirm", "deny"})
#: Statuses of mentions that tell of nothing new.
WITHOUT_WORRY = frozenset({"negated", "historical", "unchanged", "figurative"})
#: At most so many words are a bare answer; from so many on, "no" may open a sentence ("no entiendo la pregunta").
_BARE, _SENTENCE = 4, 3


@dataclass(frozen=True, slots=True)
class Understanding:
    """`answers`: the check-in items that the message fills or changes; `question`: the intent that it asks besides."""

    intent: str
    assessment: Assessment
    answers: Mapping[str, str]
    question: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "intent": self.intent,
            "assessment": self.assessment.as_dict(),
            "answers": dict(self.answers),
            "question": self.question,
        }


def understand(text: str, context: Context, dialogue: Dialogue, proposed: str) -> Understanding:
    """Read `text` as the next message of `dialogue`; `proposed` is the intent that the classifier gave."""
    assessment = assess(text, context)
    if not _has_letters(text):
        proposed = FALLBACK  # of a number or an emoji the classifier knows nothing
    asked = dialogue.requested if dialogue.active else context.asked if context.asked in CHECK_IN_ITEMS else None
    corrects = proposed == CORRECT and dialogue.last_item is not None and takes_back(text)
    corrects = corrects and asked not in assessment.answers
    if corrects:
        assessment = _corrected(text, context, dialogue, assessment)
    answers = _new_answers(answers_in(assessment, None if corrects else asked), asked, dialogue, corrects)
    if proposed == CORRECT and not (corrects and answers):
        proposed, corrects = FALLBACK, False
    asks_something = proposed.startswith(QUESTIONS) or proposed in NURSE_ONLY
    question = proposed if asks_something and looks_like_question(text) else None
    reading = _Reading(text, context, asked, dialogue, proposed, assessment, answers, question)
    intent = CORRECT if corrects and not assessment.is_red_flag else reading.intent()
    if asked and intent == ANSWER and asked not in answers and assessment.ask is None:
        said = reading.said()
        answers = answers if said is None else {**answers, asked: said}
    return Understanding(intent, assessment, answers, question)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Everything from which the intent is told, so that each question about it is a small method."""

    text: str
    context: Context
    asked: str | None
    dialogue: Dialogue
    proposed: str
    assessment: Assessment
    answers: Mapping[str, str]
    question: str | None

    def intent(self) -> str:
        """The first line that holds counts, here and in the methods below."""
        return next(intent for holds, intent in self._anywhere() if holds)

    def _anywhere(self) -> Iterator[tuple[bool, str]]:
        level = self.assessment.disposition
        yield self.assessment.is_red_flag, RED_FLAG
        yield not self.assessment.understood, FALLBACK
        said = self._yes_or_no() if level is Disposition.NONE else None
        yield said is not None and self._doubt, NEWS
        if self.dialogue.active and self.asked is not None:
            yield from self._in_check_in(self.asked)
        yield said == YES, "affirm"
        yield said == NO, "deny"
        yield self.proposed == "ask_human", self.proposed
        yield level is Disposition.NONE and self._steers, self.proposed
        yield level > Disposition.NONE or self.assessment.ask is not None, SYMPTOM
        yield from self._by_mentions()

    def _in_check_in(self, asked: str) -> Iterator[tuple[bool, str]]:
        """While a check-in waits for the answer to `asked`."""
        yield self._steers and self.proposed != "never_mind" and len(self.text.split()) >= _SENTENCE, self.proposed
        words_do = load_plan().answered_by[asked] == "words" and _has_letters(self.text)
        yield asked in self.assessment.answers and asked in self.answers and not self._asks_more, ANSWER
        yield self._steers, self.proposed
        if self.question is not None:
            yield from self._by_mentions()
        yield self.assessment.ask is not None, ANSWER
        yield self.assessment.disposition > Disposition.NONE, ANSWER if words_do else SYMPTOM
        yield "hypothetical" in self._statuses, WHAT_IF
        yield self.said() not in (None, SAID), ANSWER
        yield any(item in self.answers for item in self.dialogue.items), ANSWER
        yield words_do and self.proposed not in SMALL_TALK, ANSWER
        yield self.proposed in ANSWERS_ONLY, FALLBACK
        yield from self._by_mentions()

    def _by_mentions(self) -> Iterator[tuple[bool, str]]:
        """The classifier's intent, unless what triage saw without raising it says more."""
        seen, guess = self._statuses, self.proposed.startswith(QUESTIONS)
        yield "hypothetical" in seen and self.question in (None, "faq_when_to_call", "faq_risks", *NURSE_ONLY), WHAT_IF
        yield "other_person" in seen and self.proposed not in SMALL_TALK, OTHER_PERSON
        yield self.question is not None, str(self.question)
        vague = guess or self.proposed in (FALLBACK, *ANSWERS_ONLY) or not (self._bare or self.proposed in CLEAR)
        yield bool(seen) and seen <= WITHOUT_WORRY and vague, NEWS
        yield self.proposed in ("answer_fine", "same_as_before"), NEWS
        yield guess and not self._bare, NEWS
        yield True, self.proposed

    def said(self) -> str | None:
        """The value of an answer to the item asked that holds no yes, no or number; None if it is no answer."""
        asked = self.asked or ""
        by_number = load_plan().answered_by[asked] == "number"
        if self.proposed == "same_as_before" and self.dialogue.previous.get(asked) == NO:
            return NO
        if self.proposed == "answer_fine" and asked != "pain":
            return NO
        return None if by_number or not _has_letters(self.text) else SAID

    def _yes_or_no(self) -> str | None:
        """A bare yes or no to an offer or to a doubt's question; read as to any yes/no question of the check-in.

        "Never mind" takes back the symptom that is known, not the offer that came after its advice.
        """
        takes_symptom_back = self.proposed == "never_mind" and self.context.episode
        if (self.dialogue.offer is None and not self._doubt) or not self._bare or takes_symptom_back:
            return None
        said = assess(self.text, replace(self.context, asked="anything_else")).answers.get("anything_else")
        return said if said in (YES, NO) else None

    @property
    def _asks_more(self) -> bool:
        return self.question is not None and not self._bare

    @property
    def _steers(self) -> bool:
        """A long message that mentions findings tells something; only a short one steers."""
        return self.proposed in CONTROLS and (self._bare or not self._statuses or self.proposed in CLEAR)

    @property
    def _doubt(self) -> bool:
        return (self.context.asked or "").startswith("doubt:")

    @property
    def _bare(self) -> bool:
        return len(self.text.split()) <= _BARE

    @property
    def _statuses(self) -> set[str]:
        return {mention.status for mention in self.assessment.findings}


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _corrected(text: str, context: Context, dialogue: Dialogue, first: Assessment) -> Assessment:
    """The text read as an answer to the item before, where that says more: "sorry, i meant 8" after a pain of 3."""
    again = assess(text, replace(context, asked=dialogue.last_item))
    if again.disposition > first.disposition or (again.disposition == first.disposition and again.answers):
        return again
    return first


def _new_answers(
    read: Mapping[str, str], asked: str | None, dialogue: Dialogue, corrects: bool
) -> dict[str, str]:
    """Of the answers read, those that fill an open item, answer the question, correct one, or tell of trouble."""
    return {
        item: value
        for item, value in read.items()
        if item == asked or corrects or value == YES or item not in dialogue.answers
    }
