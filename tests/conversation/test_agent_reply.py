"""Reading the agent's answer: all that is right is kept, anything wrong is refused by name."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.agent_reply import MalformedReply, parse_assessment, parse_reply
from bot.triage import Context, assess
from tests.conversation.wire import sensible_body

GOOD: dict[str, Any] = json.loads(
    sensible_body(
        {
            "message_id": "7",
            "text": "no fever but my chest hurts",
            "metadata": {"language": "en", "clinic_phone": "+15550100999"},
        }
    )
)


def parse(data: Any) -> Any:
    return parse_reply(json.dumps(data).encode(), "7")


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good answer with one field changed, named like `triage.findings.0.start`."""
    data = deepcopy(GOOD)
    *parents, last = path.split(".")
    place: Any = data
    for name in parents:
        place = place[int(name) if name.isdigit() else name]
    place[last] = value
    return data


def test_the_triage_comes_back_as_it_was():
    assessment = assess("no fever but my chest hurts", Context())
    assert parse_assessment(assessment.as_dict()).as_dict() == assessment.as_dict()


def test_fields_that_nobody_knows_are_ignored():
    assert parse({**GOOD, "mood": "good"}) == parse(GOOD)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("replies", []),
        ("replies", [{"kind": "answer", "text": "a"}] * 9),
        ("replies", "advice"),
        ("replies.0.kind", "joke"),
        ("replies.0.text", "  "),
        ("replies.0.text", "x" * 1601),
        ("replies.0.text", None),
        ("replies.0.quick_replies", [{"title": "Yes"}]),
        ("triage", None),
        ("triage.disposition", "fine"),
        ("triage.disposition", 4),
        ("triage.findings", [7]),
        ("triage.findings.0.status", "maybe"),
        ("triage.findings.0.start", True),
        ("triage.rules.0.level", "high"),
        ("triage.doubts", [1]),
        ("triage.ask", ""),
        ("triage.ask", "x" * 301),
        ("asks", "breakfast"),
        ("asks", "doubt:breakfast"),
        ("observations", [{"item": "breakfast", "value": "eggs"}]),
        ("handoff", "no"),
        ("understood", None),
        ("dialogue", []),
    ],
)
def test_a_wrong_field_is_refused_by_name(path: str, value: Any):
    field = {"replies.0.quick_replies": "digit|title|value", "observations": "item"}.get(path, path.rpartition(".")[2])
    with pytest.raises(MalformedReply, match=rf"\b({field})\b"):
        parse(changed(path, value))


@given(
    path=st.sampled_from(
        ["message_id", "replies", "replies.0", "triage", "triage.findings", "triage.rules.0", "asks", "observations",
         "dialogue", "replies.0.text", "triage.answers"]
    ),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    ),
)
def test_whatever_comes_it_is_read_or_refused(path: str, value: Any):
    data = deepcopy(GOOD)
    *parents, last = path.split(".")
    place: Any = data
    for name in parents:
        place = place[int(name) if name.isdigit() else name]
    place[int(last) if last.isdigit() else last] = value
    try:
        reply = parse(data)
    except MalformedReply:
        return
    assert reply.replies
    assert all(item.text.strip() for item in reply.replies)
