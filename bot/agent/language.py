"""Which language a message is in, and whether it asks or takes back something, by words of `data/answers/words.yml`."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.triage.schema import DATA, load_checked

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, frozenset[str]]]:
    data = load_checked(DATA / "answers" / "words.yml", DATA / "answers" / "words.schema.json")
    return {
        language: {kind: frozenset(words) for kind, words in kinds.items()} for language, kinds in data.items()
    }


def reply_language(text: str, usual: str) -> str:
    """The language to answer in: the patient's usual one, unless the message is clearly in the other."""
    other = "es" if usual == "en" else "en"
    words = [word.lower() for word in _WORD.findall(text[:2000])]
    counts = {name: sum(word in _words()[name]["small"] for word in words) for name in (usual, other)}
    if counts[other] >= 2 and counts[other] >= 2 * counts[usual]:
        return other
    return other if counts[other] == 1 and counts[usual] == 0 and len(words) <= 3 else usual


def looks_like_question(text: str) -> bool:
    """Whether the message asks something: by its mark, or by a word that opens questions at the start of a sentence."""
    if "?" in text or "¿" in text:
        return True
    for sentence in re.split(r"[.!;,\n]+| and | but | y | pero ", text[:2000].lower()):
        words = _WORD.findall(sentence)
        if words and any(words[0] in kinds["opens_question"] for kinds in _words().values()):
            return True
    return False


def takes_back(text: str) -> bool:
    """Whether the message holds a word that takes something back, such as "meant" or "quise"."""
    words = {word.lower() for word in _WORD.findall(text[:2000])}
    return any(words & kinds["takes_back"] for kinds in _words().values())
