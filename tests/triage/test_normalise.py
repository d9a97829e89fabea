"""Typed as patients type: every word comes out plain, and points at the text that it came from."""

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.triage.lexicon import load_lexicon
from bot.triage.normalise import Normaliser
from bot.triage.spelling import Speller


@lru_cache(maxsize=1)
def english() -> Normaliser:
    lexicon = load_lexicon("en")
    return Normaliser(lexicon, Speller("en", lexicon.vocabulary))


@pytest.fixture
def normaliser() -> Normaliser:
    return english()


def words(normaliser: Normaliser, text: str) -> list[str]:
    return [token.word for token in normaliser.tokens(text) if token.kind in ("word", "number")]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("cant", ["can", "not"]),
        ("can’t", ["can", "not"]),
        ("WON'T", ["will", "not"]),
        ("pls", ["please"]),
        ("fevver", ["fever"]),
        ("rihgt", ["right"]),
        ("cantbreathe", ["can", "not", "breathe"]),
        ("hurtin", ["hurting"]),
        ("legggs", ["legs"]),
        ("w/", ["with"]),
    ],
)
def test_a_word_is_read_as_it_was_meant(normaliser: Normaliser, text: str, plain: list[str]) -> None:
    assert words(normaliser, text) == plain


def test_a_word_that_is_spelt_right_stays_as_it_is(normaliser: Normaliser) -> None:
    assert words(normaliser, "a bowl of soup") == ["a", "bowl", "of", "soup"]


def test_an_emoji_with_a_meaning_becomes_its_words(normaliser: Normaliser) -> None:
    assert "nauseous" in words(normaliser, "so 🤢")


@given(st.text(max_size=300))
def test_every_token_points_into_the_text_in_order(text: str) -> None:
    tokens = english().tokens(text)
    places = [(token.start, token.end) for token in tokens]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)
