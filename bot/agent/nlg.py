"""Puts the agent's utterances into the patient's language: every `utter_…` is said from `data/texts`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.agent.detector import TURN
from bot.agent.wire import message
from bot.triage import Disposition
from bot.triage.advice import advice, texts

QUESTION = "utter_ask_checkin_form_"
ADVICE = ("utter_red_flag", "utter_advice")


class TextsGenerator(NaturalLanguageGenerator):
    """Named under `nlg` in endpoints.yml; runs in Rasa's own process, so that it needs no action server."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        """The arguments are those that Rasa gives; everything needed stands on the tracker."""

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The message for an utterance. Raises KeyError for one that `data/texts` does not have."""
        language = tracker.get_slot("language") or "en"
        phone = tracker.get_slot("clinic_phone") or ""
        said = tracker.get_slot("said") or ()
        turn = (tracker.latest_message.parse_data if tracker.latest_message else {}).get(TURN, {})
        if utter_action in ADVICE:
            return _advice(turn["assessment"], language, phone, said)
        if utter_action.startswith(QUESTION):
            caregiver = tracker.get_slot("sender") == "caregiver"
            return question(utter_action.removeprefix(QUESTION), turn, language, said, caregiver)
        return spoken(utter_action.removeprefix("utter_"), language, phone, said, **kwargs)


def spoken(name: str, language: str, phone: str, said: Collection[str], **values: Any) -> dict[str, Any]:
    """One of the `talk` texts, in the first wording that was not said in the last turn."""
    entry = texts(language)["talk"][name]
    wordings = [wording.format(clinic_phone=phone, **_plain(values)) for wording in entry["say"]]
    text = next((wording for wording in wordings if wording not in said), wordings[-1])
    return message(entry["kind"], text, entry.get("quick_replies", []))


def question(
    item: str, turn: dict[str, Any], language: str, said: Collection[str], caregiver: bool
) -> dict[str, Any]:
    """The question for a check-in item: triage's own goes before it; in other words where it was just asked."""
    entry = texts(language)["check_in"][item]
    own = turn.get("assessment", {}).get("ask")
    if own:
        return message("question", own, [])
    plain = entry.get("caregiver", entry["question"]) if caregiver else entry["question"]
    rephrased = entry.get("rephrased", plain)
    text = rephrased if plain in said else plain
    return message("question", text, entry["quick_replies"])


def _advice(assessment: dict[str, Any], language: str, phone: str, said: Collection[str]) -> dict[str, Any]:
    level = Disposition.of(assessment["disposition"])
    fired = [finding for rule in assessment["rules"] for finding in rule["findings"]]
    text = advice(level, fired, language, phone)
    if text in said and level < Disposition.URGENT:
        return {**spoken("noted", language, phone, said), "kind": "advice"}
    return message("advice", text, [])


def _plain(values: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in values.items() if isinstance(value, str)}
