"""Carrier keywords: only when they are all that is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.keywords import HELP, START, STOP, is_spanish, keyword_in


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("STOP", STOP), (" stop.\n", STOP), ("¡Alto!", STOP), ("stopall", STOP), ("Quit", STOP), ("END", STOP),
        ("CANCEL", STOP), ("unsubscribe", STOP), ("start", START), ("UNSTOP", START), ("help!", HELP), ("Info", HELP),
        ("ayuda", HELP), ("stop it", None), ("it wont stop", None), ("help me", None), ("", None), ("yes", None),
    ],
)
def test_a_keyword_is_the_whole_message(text, keyword):
    assert keyword_in(text) == keyword


def test_spanish_keywords_are_known_as_such():
    assert is_spanish("Alto")
    assert not is_spanish("stop")


@given(st.text(min_size=1).filter(str.isalnum), st.sampled_from(["stop", "help", "start"]))
def test_any_word_beside_it_makes_it_a_sentence(word, keyword):
    assert keyword_in(f"{word} {keyword}") is None
