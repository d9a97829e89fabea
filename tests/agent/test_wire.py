"""What a request must hold, and what a reply tells."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.agent import wire
from bot.agent.dialogue import Dialogue


def body(**metadata: Any) -> bytes:
    return json.dumps({"message_id": "7", "text": "hello", "metadata": metadata}).encode()


def test_unknown_fields_are_ignored_and_missing_ones_have_defaults() -> None:
    request = wire.TurnRequest.parse(body(day=3, shoe_size=44))
    assert (request.message_id, request.text, request.context.day) == ("7", "hello", 3)
    assert (request.sender, request.intent, request.dialogue) == ("patient", None, Dialogue())


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"\xff\xfe", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"7", "object"),
        (json.dumps({"text": 7}).encode(), "text"),
        (json.dumps({"text": "a" * 20_001}).encode(), "text"),
        (body(day=True), "day"),
        (body(language="fr"), "language"),
        (body(asked="elbow"), "asked"),
        (body(risks=3), "."),
        (body(dialogue=[]), "dialogue"),
        (body(intent="red_flag"), "intent"),
        (body(now="yesterday"), "now"),
        (body(clinic_answers=["x"]), "clinic_answers"),
    ],
)
def test_a_wrong_field_is_named(data: bytes, field: str) -> None:
    with pytest.raises(wire.BadRequest, match=field):
        wire.TurnRequest.parse(data)


def test_observations_are_what_the_turn_added_or_changed() -> None:
    request = wire.TurnRequest.parse(body(dialogue={"answers": {"legs": "no", "pain": "9"}}))
    after = Dialogue(answers={"legs": "no", "pain": "4", "wound": "no"})
    reply = wire.reply(request, [], {}, after, asks=None, handoff=False, understood=True)
    assert reply["observations"] == [{"item": "pain", "value": "4"}, {"item": "wound", "value": "no"}]
