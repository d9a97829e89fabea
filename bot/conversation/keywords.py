"""The words by which carriers let a person opt out, opt in, or ask for help: they count only when they stand alone."""

from __future__ import annotations

STOP, START, HELP = "stop", "start", "help"

_WORDS = {
    STOP: ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "ALTO"),
    START: ("START", "UNSTOP"),
    HELP: ("HELP", "INFO", "AYUDA"),
}
_KEYWORDS = {word: keyword for keyword, words in _WORDS.items() for word in words}
_SPANISH = ("ALTO", "AYUDA")


def keyword_in(text: str) -> str | None:
    """`stop`, `start` or `help` if that is all that the message says; None otherwise."""
    return _KEYWORDS.get(_bare(text))


def is_spanish(text: str) -> bool:
    """Whether the keyword that the message consists of is a Spanish one."""
    return _bare(text) in _SPANISH


def _bare(text: str) -> str:
    return text.strip().strip(".!¡").strip().upper()
