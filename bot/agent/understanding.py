"""What a message means in its conversation: triage, the answers it holds, and the intent that the rules act upon.

The statistical classifier proposes an intent; triage and the question that was asked may override it, never the reverse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.agent.check_in import NO, SAID, YES, answers_in, load_plan
from bot.agent.dialogue import Dialogue
from bot.agent.language import looks_like_question
from bot.triage import CHECK_IN_ITEMS, Assessment, Context, Disposition, assess

RED_FLAG, ANSWER, SYMPTOM, WHAT_IF, OTHER_PERSON, NEWS, FALLBACK = (
    "red_flag", "answer", "symptom", "ask_what_if", "about_other_person", "share_news", "nlu_fallback",
)
#: What a patient may say instead of an answer; the words themselves decide, whatever the question was.
CONTROLS = frozenset({"skip", "go_back", "repeat_question", "stop_check_in", "ask_human", "never_mind"})
QUESTIONS = "faq_"
NURSE_ONLY = frozenset({"ask_medication", "ask_nurse_only"})
_BARE = 4


@dataclass(frozen=True, slots=True)
class Understanding:
    """`answers`: the check-in items that this message fills or changes. `question`: what it asks besides, as an intent."""

    intent: str
    assessment: Assessment
    answers: Mapping[str, str]
    question: str | None = None
    corrects: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "intent": self.intent,
            "assessment": self.assessment.as_dict(),
            "answers": dict(self.answers),
            "question": self.question,
            "corrects": self.corrects,
        }


def understand(text: str, context: Context, dialogue: Dialogue, proposed: str) -> Understanding:
    """Read `text` as the next message of `dialogue`; `proposed` is the intent that the classifier gave."""
    assessment = assess(text, context)
    corrects = proposed == "correct" and dialogue.last_item is not None
    if corrects:
        assessment = _corrected(text, context, dialogue, assessment)
    asked = context.asked if context.asked in CHECK_IN_ITEMS else None
    answers = _new_answers(answers_in(assessment, asked), asked, dialogue, corrects)
    asks_something = proposed.startswith(QUESTIONS) or proposed in NURSE_ONLY
    question = proposed if asks_something and looks_like_question(text) else None
    intent = _intent(text, context, dialogue, proposed, assessment, answers, question, corrects)
    if asked and intent == ANSWER and asked not in answers:
        answers = {**answers, asked: _said(proposed, dialogue, asked)}
    return Understanding(intent, assessment, answers, question, corrects)


def _intent(
    text: str,
    context: Context,
    dialogue: Dialogue,
    proposed: str,
    assessment: Assessment,
    answers: Mapping[str, str],
    question: str | None,
    corrects: bool,
) -> str:
    if assessment.is_red_flag:
        return RED_FLAG
    if not assessment.understood:
        return FALLBACK
    if corrects and answers:
        return "correct"
    if dialogue.active and context.asked in CHECK_IN_ITEMS:
        return _in_check_in(text, context.asked, dialogue, proposed, assessment, answers, question)
    said = _yes_or_no(text, context, dialogue)
    if said is not None:
        return "affirm" if said == YES else "deny"
    if proposed == "ask_human" or (assessment.disposition is Disposition.NONE and proposed in CONTROLS):
        return proposed
    if assessment.disposition > Disposition.NONE:
        return SYMPTOM
    return question or _by_mentions(assessment, proposed, text)


def _in_check_in(
    text: str,
    asked: str,
    dialogue: Dialogue,
    proposed: str,
    assessment: Assessment,
    answers: Mapping[str, str],
    question: str | None,
) -> str:
    """The intent while a check-in waits for the answer to `asked`."""
    bare = len(text.split()) <= _BARE
    if asked in answers and (bare or question is None):
        return ANSWER
    if proposed in CONTROLS:
        return proposed
    if question is not None:
        return question
    if assessment.ask is not None:
        return ANSWER
    if assessment.disposition > Disposition.NONE:
        return ANSWER if load_plan().answered_by[asked] == "words" else SYMPTOM
    if any(mention.status == "hypothetical" for mention in assessment.findings):
        return WHAT_IF
    if proposed in ("answer_fine", "same_as_before") and _said(proposed, dialogue, asked) != SAID:
        return ANSWER
    if any(item in answers for item in dialogue.items):
        return ANSWER
    if load_plan().answered_by[asked] == "words" and proposed not in ("greet", "thanks", "ask_identity", "out_of_scope"):
        return ANSWER
    return _by_mentions(assessment, proposed, text)


def _by_mentions(assessment: Assessment, proposed: str, text: str) -> str:
    """The classifier's intent, unless what triage saw without raising it says more."""
    statuses = {mention.status for mention in assessment.findings}
    if "hypothetical" in statuses:
        return WHAT_IF
    if proposed in (FALLBACK, "answer_fine", "same_as_before", "correct", "affirm", "deny") or proposed.startswith(QUESTIONS):
        if "other_person" in statuses:
            return OTHER_PERSON
        if statuses and statuses <= {"negated", "historical", "unchanged", "figurative"}:
            return NEWS
    if proposed in ("answer_fine", "same_as_before"):
        return NEWS
    if proposed.startswith(QUESTIONS) and not looks_like_question(text) and len(text.split()) > _BARE:
        return NEWS
    return proposed


def _said(proposed: str, dialogue: Dialogue, asked: str) -> str:
    """The value of an answer that holds no yes, no or number."""
    number = load_plan().answered_by[asked] == "number"
    if proposed == "same_as_before":
        before = dialogue.previous.get(asked)
        return NO if before == NO else SAID
    if proposed == "answer_fine" and (not number or asked == "temperature"):
        return NO
    return SAID


def _yes_or_no(text: str, context: Context, dialogue: Dialogue) -> str | None:
    """A bare yes or no to an offer or to a doubt's question; read as to any yes/no question of the check-in."""
    if dialogue.offer is None and not (context.asked or "").startswith("doubt:"):
        return None
    if len(text.split()) > _BARE:
        return None
    said = assess(text, replace(context, asked="anything_else")).answers.get("anything_else")
    return said if said in (YES, NO) else None


def _corrected(text: str, context: Context, dialogue: Dialogue, first: Assessment) -> Assessment:
    """The text read as an answer to the item before, where that says more: "sorry, i meant 8" after the pain question."""
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
