"""The language to answer in, questions, and words that take something back."""

from __future__ import annotations

import pytest

from bot.agent.language import looks_like_question, reply_language, takes_back


@pytest.mark.parametrize(
    ("text", "usual", "answered_in"),
    [
        ("my legs feel fine", "en", "en"),
        ("tengo dolor en la espalda", "en", "es"),
        ("hola", "en", "es"),
        ("hi there, how are you", "es", "en"),
        ("2", "es", "es"),
        ("no", "es", "es"),
        ("", "es", "es"),
        ("98.6", "en", "en"),
        ("gracias doctor smith for the help with my pain", "en", "en"),
    ],
)
def test_language(text: str, usual: str, answered_in: str) -> None:
    assert reply_language(text, usual) == answered_in


@pytest.mark.parametrize(
    "text", ["can i shower", "it hurts. should i ice it", "¿puedo manejar?", "puedo manejar", "really?"]
)
def test_questions(text: str) -> None:
    assert looks_like_question(text)


@pytest.mark.parametrize("text", ["i took a shower", "tengo fiebre", "no", "", "dry and clean"])
def test_statements(text: str) -> None:
    assert not looks_like_question(text)


def test_words_that_take_something_back() -> None:
    assert takes_back("sorry i meant 4")
    assert takes_back("Perdón, quise decir 4")
    assert not takes_back("took them at 8 and 2")
