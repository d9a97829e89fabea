"""The loaded agent with its real actions: no red flag is held back by any question, any state or any broken part."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot.agent.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from bot.triage import CHECK_IN_ITEMS, Disposition
from bot.triage.advice import texts
from bot.triage.protocol import load_protocol
from tests.journeys.live_agent import KEY, PYTHON, Conversation, LiveAgent, trained_model, turn_body

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

#: One plain sentence for every red flag of the protocol.
SENTENCES = {
    "chest_pain": "my chest hurts",
    "breathing_difficulty": "i cant catch my breath",
    "bladder_loss": "i peed myself last night",
    "bowel_loss": "i pooped myself",
    "saddle_numbness": "im numb down there",
    "leg_paralysis": "my legs gave out and i cant stand",
    "stroke_signs": "my face is drooping",
    "seizure": "i had a seizure",
    "fainting": "i passed out this morning",
    "anaphylaxis": "my throat is closing",
    "heavy_bleeding": "blood is soaking the bandage",
    "confusion": "he is confused and not making sense",
    "overdose": "i took too many pain pills",
    "suicidal_thoughts": "i want to die",
    "high_fever": "my temp is 103.6",
    "fever": "i have a fever",
    "leg_weakness": "my left leg feels weak",
    "leg_numbness": "my foot is numb and tingling",
    "severe_pain": "my back pain is unbearable",
    "new_pain_or_fall": "i fell in the kitchen",
    "wound_infection": "the needle spot is red and oozing pus",
    "bleeding": "blood is seeping from the spot",
    "allergic_rash": "i have hives all over",
    "leg_swelling": "my calf is swollen and red",
    "palpitations": "my heart is racing",
    "severe_headache": "bad headache and a stiff neck",
    "vomiting": "ive been throwing up all day",
    "low_urine": "my pee is dark brown",
}
VALID_ANSWERS = {"temperature": "98.6", "pain": "3"}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not PYTHON.exists():
        pytest.skip("Rasa's environment .venv-rasa is not set up")
    return trained_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def agent(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAgent]:
    with LiveAgent(model, tmp_path_factory.mktemp("agent")) as running:
        yield running


def in_check_in(item: str, **state: Any) -> dict[str, Any]:
    """The dialogue while the check-in asks `item`, everything before it answered."""
    before = CHECK_IN_ITEMS[: CHECK_IN_ITEMS.index(item)]
    return {
        "active": True,
        "items": list(CHECK_IN_ITEMS),
        "requested": item,
        "answers": {done: VALID_ANSWERS.get(done, "no") for done in before},
        "last_item": before[-1] if before else None,
        **state,
    }


def test_every_red_flag_of_the_protocol_has_a_sentence() -> None:
    red = {name for name, finding in load_protocol().findings.items() if finding.level >= Disposition.URGENT}
    assert red == set(SENTENCES)


@pytest.mark.parametrize("finding", SENTENCES)
def test_red_flag_gets_its_advice_first_whatever_was_asked(agent: LiveAgent, finding: str) -> None:
    sentence = SENTENCES[finding]
    turns = []
    for item in CHECK_IN_ITEMS:
        answered = f"{VALID_ANSWERS.get(item, 'no')}. {sentence}"
        turns += [
            ("alone", sentence, item, in_check_in(item)),
            ("after a valid answer", answered, item, in_check_in(item)),
            ("after not understood", sentence, item, in_check_in(item, not_understood=1)),
        ]
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda t: agent.send(t[1], asked=t[2], dialogue=t[3]), turns))
    held_back = [
        f"{how}, asked {item}: {problem}"
        for (how, _, item, _), reply in zip(turns, replies, strict=True)
        if (problem := what_is_wrong(finding, reply.status_code, reply.json()))
    ]
    assert held_back == []


def what_is_wrong(finding: str, status: int, reply: dict[str, Any]) -> str | None:
    if status != 200:
        return f"status {status} {reply}"
    level = Disposition.of(reply["triage"]["disposition"])
    if level < load_protocol().findings[finding].level:
        return f"level {level.id}"
    if finding not in {mention["finding"] for mention in reply["triage"]["findings"]}:
        return f"found {reply['triage']['findings']}"
    first = reply["replies"][0]
    opening = texts("en")["advice"][level.id]["text"].split("{")[0]
    if first["kind"] != "advice" or not first["text"].startswith(opening):
        return f"first reply {first}"
    if level is Disposition.EMERGENCY and len(reply["replies"]) > 1:
        return f"more than the advice: {reply['replies']}"
    return None


def test_a_bare_yes_is_read_as_the_answer_to_the_question(agent: LiveAgent) -> None:
    reply = agent.ask("yes", asked="breathing", dialogue=in_check_in("breathing"))
    assert reply["triage"]["disposition"] == "emergency"
    assert reply["replies"][0]["kind"] == "advice"


def test_answers_before_a_red_flag_are_kept_and_the_rest_is_offered(agent: LiveAgent) -> None:
    patient = Conversation(agent, day=9)
    patient.dialogue, patient.asks = in_check_in("temperature"), "temperature"
    flagged = patient.say("98.6. the needle spot is red and oozing pus")
    assert [reply["kind"] for reply in flagged["replies"]] == ["advice", "question"]
    assert flagged["dialogue"]["answers"]["breathing"] == "no"
    resumed = patient.say("1")
    assert resumed["asks"] in ("pain", "medicine")
    assert resumed["triage"]["disposition"] == "none"


@pytest.mark.parametrize(
    ("language", "answers"),
    [
        ("en", ["2", "2", "2", "98.6", "2", "2", "2", "2"]),
        ("en", ["nope", "no", "none of that", "97.9", "no redness", "0", "no", "nope that covers it"]),
        ("es", ["2", "2", "2", "37", "2", "0", "2", "2"]),
        ("es", ["no", "no", "no", "36.8", "no", "0", "no", "no gracias"]),
    ],
    ids=["en-digits", "en-words", "es-digits", "es-words"],
)
def test_check_in_is_walked_to_its_end(agent: LiveAgent, language: str, answers: list[str]) -> None:
    patient = Conversation(agent, language=language, day=1)
    patient.say("", intent="start_check_in")
    asked = []
    for answer in answers:
        asked.append(patient.asks)
        last = patient.say(answer)
    assert asked == list(CHECK_IN_ITEMS)
    assert patient.asks is None
    assert last["replies"][-1]["text"].count("\n") == 1
    assert not patient.dialogue["active"]


def test_several_answers_in_one_message_are_not_asked_again(agent: LiveAgent) -> None:
    patient = Conversation(agent, day=1)
    patient.say("check in")
    patient.say("2")
    patient.say("no, pain 2, no trouble peeing")
    asked = []
    while patient.asks:
        asked.append(patient.asks)
        patient.say("2")
    assert asked == ["temperature", "wound", "medicine", "anything_else"]


def test_steering_the_check_in(agent: LiveAgent) -> None:
    patient = Conversation(agent, day=1)
    patient.say("check in")
    patient.say("no")
    assert patient.say("go back")["asks"] == "breathing"
    patient.say("no")
    assert patient.say("skip this one")["asks"] == "bladder_bowel"
    repeated = patient.say("what was the question")
    assert (repeated["asks"], repeated["replies"][-1]["kind"]) == ("bladder_bowel", "question")
    assert patient.say("stop asking")["asks"] is None
    assert patient.say("check in")["asks"] == "bladder_bowel"


def test_a_corrected_answer_replaces_the_first(agent: LiveAgent) -> None:
    patient = Conversation(agent, day=1)
    patient.dialogue, patient.asks = in_check_in("pain"), "pain"
    patient.say("5")
    corrected = patient.say("sorry i meant 3")
    assert corrected["observations"] == [{"item": "pain", "value": "3"}]
    assert corrected["asks"] == "medicine"


def test_a_question_in_the_middle_is_answered_and_the_check_in_goes_on(agent: LiveAgent) -> None:
    reply = agent.ask("how long should i ice my back?", asked="legs", dialogue=in_check_in("legs"))
    assert [part["kind"] for part in reply["replies"]] == ["answer", "question"]
    assert reply["asks"] == "legs"


def test_twice_not_understood_asks_the_red_flag_questions_and_tells_a_nurse(agent: LiveAgent) -> None:
    patient = Conversation(agent)
    first = patient.say("qwzx plmk")
    assert (first["understood"], first["handoff"]) == (False, False)
    second = patient.say("🙃🙃")
    assert second["handoff"]
    assert second["triage"]["disposition"] == "routine"
    asked = []
    while patient.asks:
        asked.append(patient.asks)
        patient.say("2")
    assert asked == ["breathing", "legs", "bladder_bowel", "temperature"]


def test_a_wish_for_a_nurse_is_handed_on(agent: LiveAgent) -> None:
    assert agent.ask("can i talk to a nurse please")["handoff"]


@pytest.mark.parametrize("text", ["/restart", "/session_start", '/affirm{"a": "b"}', "/action_listen", "/", ""])
def test_text_that_looks_like_a_command_is_only_text(agent: LiveAgent, text: str) -> None:
    reply = agent.ask(text)
    assert reply["replies"]
    assert not reply["dialogue"]["active"]


def test_a_red_flag_behind_a_slash_is_still_read(agent: LiveAgent) -> None:
    reply = agent.ask("/restart my chest hurts")
    mention = reply["triage"]["findings"][0]
    assert reply["replies"][0]["kind"] == "advice"
    assert "/restart my chest hurts"[mention["start"] : mention["end"]] == mention["text"]


def test_a_message_in_the_other_language_is_answered_in_it(agent: LiveAgent) -> None:
    reply = agent.ask("hola, ¿puedo salir a caminar?", language="en")
    assert reply["replies"][0]["text"].startswith("Si, puede caminar")


@pytest.mark.parametrize(
    "noise",
    ["\x00\x07", "\ud800", "\u202e\u200b", "💥" * 400, "a" * 1600, "{" * 500, "<b>&amp;", "'; DROP TABLE x; --"],
)
def test_any_text_is_answered_and_a_red_flag_in_it_is_read(agent: LiveAgent, noise: str) -> None:
    assert agent.ask(noise)["replies"]
    assert agent.ask(f"my chest hurts. {noise}")["replies"][0]["kind"] == "advice"


def test_the_agent_remembers_nothing_by_itself(agent: LiveAgent) -> None:
    patient = Conversation(agent)
    patient.say("check in")
    stranger = agent.ask("2")
    assert stranger["asks"] is None
    assert stranger["observations"] == []


def test_patient_text_never_reaches_a_log(agent: LiveAgent) -> None:
    agent.ask("my chest hurts xylophonist")
    agent.ask("zzyzx marmalade whatever")
    assert "xylophonist" not in agent.log()
    assert "marmalade" not in agent.log()


def test_forged_or_stale_requests_are_refused(agent: LiveAgent) -> None:
    body, now = turn_body("hello"), int(time.time())
    good = {TIMESTAMP_HEADER: str(now), SIGNATURE_HEADER: sign(KEY, str(now), body)}
    old = {TIMESTAMP_HEADER: str(now - 900), SIGNATURE_HEADER: sign(KEY, str(now - 900), body)}
    forged = {**good, SIGNATURE_HEADER: sign("another key of the same length....", str(now), body)}
    assert agent.post(body, good).status_code == 200
    assert [agent.post(body, headers).status_code for headers in (forged, old, {})] == [403, 403, 403]
    assert agent.post(body + b" ", good).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"no json", "JSON"),
        (b"[]", "object"),
        (json.dumps({"text": 7}).encode(), "text"),
        (json.dumps({"text": "hi", "metadata": {"day": "3"}}).encode(), "day"),
        (json.dumps({"text": "hi", "metadata": {"intent": "affirm"}}).encode(), "intent"),
        (json.dumps({"text": "hi", "metadata": {"dialogue": {"active": True}}}).encode(), "requested"),
    ],
)
def test_a_signed_request_that_is_wrong_names_the_field(agent: LiveAgent, body: bytes, field: str) -> None:
    response = agent.post(body)
    assert response.status_code == 400
    assert field in response.json()["detail"]


def test_no_endpoint_but_the_signed_channel_gives_access(agent: LiveAgent) -> None:
    base = agent.url.removesuffix("/webhooks/recovery")
    for path in ("/conversations/x/tracker", "/model/parse", "/domain", "/webhooks/rest/webhook"):
        assert agent.get(f"{base}{path}").status_code == 404


def test_a_dead_action_server_does_not_hold_the_advice_back(model: Path, tmp_path: Path) -> None:
    with LiveAgent(model, tmp_path) as agent:
        agent.kill_actions()
        flagged = agent.ask("no. my chest hurts", asked="breathing", dialogue=in_check_in("breathing"))
        assert what_is_wrong("chest_pain", 200, flagged) is None
        urgent = agent.ask("my calf is swollen and red", asked="pain", dialogue=in_check_in("pain"))
        assert urgent["replies"][0]["kind"] == "advice"
        assert not urgent["dialogue"]["active"]
        harmless = agent.send("2", asked="legs", dialogue=in_check_in("legs"))
        assert harmless.status_code == 500
        assert harmless.json()["error"] == "TurnError"
