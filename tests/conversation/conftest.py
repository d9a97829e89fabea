"""Fixtures of the conversation's tests."""

from __future__ import annotations

import pytest

from tests.conversation.support import Desk


@pytest.fixture
def desk(sessions, clock) -> Desk:
    """The worker, with an agent that answers sensibly until a test says otherwise."""
    return Desk(sessions, clock)
