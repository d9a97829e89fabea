"""A file of conversations is read strictly: every slip is told with its line and its field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulation.script import Conversation, ScriptError, read_script

TURN = {"patient": "hello"}
WHOLE = {"id": "a", "channel": "sms", "day": 3, "blood_thinner": False, "turns": [TURN]}


def read(*lines: Any, expect: bool = True) -> list[Conversation]:
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return list(read_script(raw, expect=expect))


def changed(**fields: Any) -> dict[str, Any]:
    return {**WHOLE, **fields}


def test_a_conversation_is_read_whole() -> None:
    turns = [{"patient": "hola", "after_minutes": 2.5, "expect": {"max": "none"}}, {"patient": ""}]
    (read_one,) = read(changed(channel="web", language="es", blood_thinner=True, turns=turns))
    assert (read_one.id, read_one.channel, read_one.day) == ("a", "web", 3)
    assert (read_one.language, read_one.blood_thinner, read_one.writer) == ("es", True, "patient")
    assert [(turn.text, turn.after_minutes, turn.expect is None) for turn in read_one.turns] == [
        ("hola", 2.5, False), ("", 0, True),
    ]


def test_what_may_be_left_out_has_a_plain_meaning() -> None:
    (read_one,) = read({"id": 7, "channel": "sms", "turns": [TURN]})
    assert (read_one.id, read_one.day, read_one.blood_thinner, read_one.language) == (7, None, None, "en")


def test_empty_lines_and_unknown_fields_are_passed_over() -> None:
    assert [c.id for c in read(WHOLE, b"\n", b"  ", changed(id="b", note="why"))] == ["a", "b"]


def test_expectations_are_read_only_where_they_are_asked_for() -> None:
    line = changed(turns=[{"patient": "hi", "expect": {"mood": "good"}}])
    assert read(line, expect=False)[0].turns[0].expect is None
    with pytest.raises(ScriptError, match=r"line 1: turns\[0\]\.expect\.mood is not known"):
        read(line)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe{}", "is not UTF-8"),
        (b"[" * 100_000, "is not JSON"),
        ([1], "must be a JSON object"),
        (changed(id=None), "id must be"),
        (changed(id=True), "id must be"),
        (changed(channel="fax"), "channel must be one of sms, web"),
        (changed(channel=[]), "channel must be one of"),
        (changed(day=-1), "day must be null or a whole number"),
        (changed(day=2.5), "day must be null or a whole number"),
        (changed(day=True), "day must be null or a whole number"),
        (changed(day=10**9), "day must be null or a whole number"),
        (changed(blood_thinner="no"), "blood_thinner must be true, false or null"),
        (changed(language="fr"), "language must be one of en, es"),
        (changed(writer="dog"), "writer must be one of"),
        (changed(writer="caregiver", channel="web"), "writer may be caregiver on sms only"),
        (changed(turns=[]), "turns must be a list with at least one turn"),
        (changed(turns="hello"), "turns must be a list"),
        (changed(turns=["hello"]), "turns[0] must be an object with patient"),
        (changed(turns=[TURN, {"patient": 4}]), "turns[1] must be an object with patient"),
        (changed(turns=[{**TURN, "after_minutes": -1}]), "turns[0].after_minutes must be a number"),
        (changed(turns=[{**TURN, "after_minutes": "5"}]), "turns[0].after_minutes must be a number"),
        (changed(turns=[{**TURN, "after_minutes": float("nan")}]), "turns[0].after_minutes must be a number"),
        (changed(turns=[{**TURN, "expect": []}]), "turns[0].expect must be an object"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_its_field(line: Any, told: str) -> None:
    with pytest.raises(ScriptError) as refused:
        read(WHOLE, b"", line)
    assert refused.value.line == 3
    assert str(refused.value).startswith("line 3: ")
    assert told in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(WHOLE)), JSON)
def test_any_value_is_read_or_refused(field: str, value: Any) -> None:
    try:
        (read_one,) = read(changed(**{field: value}))
    except ScriptError as error:
        assert error.line == 1
    else:
        assert read_one.turns
