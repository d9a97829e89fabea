"""The protocol's levels as the database keeps them: by name, and by a rank that sorts."""

from __future__ import annotations

LEVELS = ("none", "self_care", "routine", "urgent", "emergency")
ROUTINE = LEVELS.index("routine")
RED_FLAG = LEVELS.index("urgent")


def rank(level: str) -> int:
    """4 for emergency down to 0 for none. Raises ValueError for a level that the protocol does not have."""
    return LEVELS.index(level)


def higher(first: str, second: str) -> str:
    """The worse of two levels."""
    return max(first, second, key=rank)
