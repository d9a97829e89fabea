"""A dialogue survives the way out and in again, and nothing that we did not write is taken for one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.agent.dialogue import Dialogue, DialogueError

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def test_it_is_read_back_as_it_was_written() -> None:
    dialogue = Dialogue(
        active=True, items=("legs", "pain"), answers={"legs": "no"}, requested="pain", last_item="legs",
        not_understood=1, previous={"pain": "4"}, said=("How bad?",), at=NOW.isoformat(),
    )
    assert Dialogue.from_mapping(dialogue.as_dict()) == dialogue


def test_nothing_is_a_new_conversation() -> None:
    assert Dialogue.from_mapping({}) == Dialogue()
    assert Dialogue.from_mapping({"of_a_later_version": 1, "answers": None}) == Dialogue()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"active": True}, "requested"),
        ({"active": "yes"}, "active"),
        ({"not_understood": True}, "not_understood"),
        ({"items": ["elbow"]}, "items"),
        ({"answers": {"elbow": "no"}}, "answers"),
        ({"answers": []}, "answers"),
        ({"offer": "money"}, "offer"),
        ({"items": [["legs"]]}, "items"),
        ({"requested": {"a": 1}}, "requested"),
    ],
)
def test_a_wrong_field_is_named(data: dict[str, Any], field: str) -> None:
    with pytest.raises(DialogueError, match=field):
        Dialogue.from_mapping(data)


def test_a_new_session_starts_after_twelve_hours() -> None:
    dialogue = Dialogue(at=NOW.isoformat())
    assert not dialogue.expired(NOW + timedelta(hours=12))
    assert dialogue.expired(NOW + timedelta(hours=12, seconds=1))
    assert not dialogue.expired(None)
    assert not Dialogue().expired(NOW)


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(DialogueError, match="offset"):
        Dialogue(at="2026-03-01T08:00:00").expired(NOW)
