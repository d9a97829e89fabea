"""The common questions: answered from data/answers, or passed to a nurse where there is no answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Event, Turn, TurnAction
from bot.triage import Disposition
from bot.triage.protocol import load_protocol
from bot.triage.schema import DATA, load_checked

QUESTION = "faq_"


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is None where the sources are silent; `clinic_slot` names the clinic's own answer, which comes first."""

    id: str
    text: str | None
    source: str
    clinic_slot: str | None


@lru_cache(maxsize=4)
def load_answers(language: str) -> dict[str, Answer]:
    """The answers in `language`, by topic. Raises DataError."""
    data = load_checked(DATA / "answers" / f"{language}.yml", DATA / "answers" / "answers.schema.json")
    return {
        row["id"]: Answer(row["id"], row["answer"], row["source"], row.get("clinic_slot")) for row in data["answers"]
    }


def say_answer(turn: Turn, question: str, dispatcher: CollectingDispatcher) -> str | None:
    """Answer a question; the finding for a nurse where it cannot be answered, else None."""
    answer = load_answers(turn.slot("language", "en")).get(question.removeprefix(QUESTION))
    text = answer.text if answer else None
    if answer and answer.clinic_slot:
        text = turn.slot("clinic_answers", {}).get(answer.clinic_slot) or text
    if text is None:
        medication = question == "ask_medication"
        dispatcher.utter_message(response="utter_medication_to_nurse" if medication else "utter_question_to_nurse")
        return "medication_question" if medication else "nurse_request"
    dispatcher.utter_message(text=text.replace("{clinic_phone}", turn.slot("clinic_phone", "")), kind="answer")
    return None


class GiveAnswer(TurnAction):
    """Answers a question of the patient, within a check-in or outside of one."""

    def name(self) -> str:
        return "action_answer"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        handed = say_answer(turn, turn.intent, dispatcher)
        return [*turn.noted(), SlotSet("handoff", handed)]


class WhatIf(TurnAction):
    """What to do if something happens that has not happened: it names 911 or the doctor, by the finding asked about."""

    def name(self) -> str:
        return "action_what_if"

    def act(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        findings = load_protocol().findings
        level = max(
            (findings[m["finding"]].level for m in turn.mentions if m["status"] == "hypothetical"),
            default=Disposition.EMERGENCY,
        )
        name = {Disposition.EMERGENCY: "emergency", Disposition.URGENT: "urgent"}.get(level, "routine")
        dispatcher.utter_message(response=f"utter_what_if_{name}")
        return [*turn.noted()]
