"""Every word to a patient: in both languages, GSM-7, at most two SMS segments, and plain."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from actions.answers import load_answers
from bot.triage.advice import texts
from tests.agent.messages import PHONE, domain

BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
CARRIER_KEYWORDS = {"yes", "no", "stop", "end", "cancel", "quit", "start", "help", "unsubscribe"}


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Everything that the agent may send, as it is sent."""
    said = texts(language)
    longest = ", ".join(said["labels"][item] for item in list(said["labels"])[:4])
    for name, entry in said["talk"].items():
        for number, wording in enumerate(entry["say"]):
            yield f"talk.{name}.{number}", wording.format(clinic_phone=PHONE, value="pain 4", items=longest)
    for item, entry in said["check_in"].items():
        for kind in ("question", "rephrased", "caregiver"):
            if kind in entry:
                yield f"check_in.{item}.{kind}", entry[kind]
    for answer in load_answers(language).values():
        if answer.text is not None:
            yield f"answers.{answer.id}", answer.text.replace("{clinic_phone}", PHONE)


EVERYTHING = [(language, name, text) for language in ("en", "es") for name, text in sentences(language)]
IDS = [f"{language}-{name}" for language, name, _ in EVERYTHING]


@pytest.mark.parametrize(("language", "name", "text"), EVERYTHING, ids=IDS)
def test_it_fits_two_segments(language: str, name: str, text: str) -> None:
    assert set(text) <= BASIC
    assert len(text) <= 306


@pytest.mark.parametrize(("language", "name", "text"), EVERYTHING, ids=IDS)
def test_it_reads_easily(language: str, name: str, text: str) -> None:
    words = re.findall(r"[^\W\d_]+", text)
    ends = max(1, len(re.findall(r"[.!?:]+(?:\s|$)", text)))
    syllables = sum(map(syllables_of, words))
    if language == "en":
        assert 0.39 * len(words) / ends + 11.8 * syllables / len(words) - 15.59 <= 6
    else:  # Fernández Huerta: 80 and more is read easily in the sixth grade
        assert 206.84 - 60 * syllables / len(words) - 1.02 * len(words) / ends >= 70


def syllables_of(word: str) -> int:
    """Groups of vowels; a silent e at the end of an English word does not count."""
    groups = len(re.findall(r"[aeiouyáéíóúü]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith(("le", "ée")) and groups > 1
    return max(1, groups - silent)


def test_both_languages_say_the_same_things() -> None:
    english, spanish = texts("en"), texts("es")
    for part in ("talk", "labels", "check_in", "notices"):
        assert set(english[part]) == set(spanish[part])
    assert {a.id: a.clinic_slot for a in load_answers("en").values()} == {
        a.id: a.clinic_slot for a in load_answers("es").values()
    }


def test_every_response_of_the_domain_has_its_text_and_the_other_way_round() -> None:
    spoken = {f"utter_{name}" for name in texts("en")["talk"]} - {"utter_resume_offer"}  # said by the channel
    asked = {f"utter_ask_checkin_form_{item}" for item in texts("en")["check_in"]}
    assert set(domain().responses) == spoken | asked | {"utter_red_flag", "utter_advice"}


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_button_uses_a_carrier_keyword_as_its_digit(language: str) -> None:
    said = texts(language)
    for entry in [*said["check_in"].values(), *said["talk"].values()]:
        for reply in entry.get("quick_replies", []):
            assert reply["digit"].isdigit()
            assert reply["digit"].lower() not in CARRIER_KEYWORDS


def test_every_question_for_which_there_is_an_intent_has_an_answer_or_goes_to_a_nurse() -> None:
    topics = {intent.removeprefix("faq_") for intent in domain().intents if intent.startswith("faq_")}
    assert topics == set(load_answers("en"))
