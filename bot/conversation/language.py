"""The language to answer in where the product answers without the agent."""

from __future__ import annotations

from functools import lru_cache

from bot.conversation import keywords
from bot.triage.lexicon import load_lexicon

_LANGUAGES = ("en", "es")
_WORDS = 400


def reply_language(text: str, usual: str) -> str:
    """The patient's usual language, unless the message's small words are clearly the other's."""
    if keywords.keyword_in(text):
        return "es" if keywords.is_spanish(text) else usual
    other = "es" if usual == "en" else "en"
    words = [word.strip(".,;:!?¡¿()\"'") for word in text.lower().split()[:_WORDS]]
    counts = {name: sum(word in _marks(name) for word in words) for name in _LANGUAGES}
    return other if counts[other] >= 2 and counts[other] > 2 * counts[usual] else usual


@lru_cache(maxsize=2)
def _marks(language: str) -> frozenset[str]:
    """The small words by which a language is known."""
    return frozenset(load_lexicon(language).grammar["language_marks"])
