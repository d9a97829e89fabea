"""How a text is billed and split: GSM-7 or UCS-2, and spelling that keeps it in GSM-7."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

#: GSM 03.38, the basic character set: one septet each.
GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: The extension table: an escape and a character, two septets each.
GSM7_EXTENSION = frozenset("^{}\\[~]|€\f")

_LOOKALIKES = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'",
        "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "…": "...", "•": "-", "·": "-", "×": "x", "÷": "/", "≤": "<=", "≥": ">=", "½": "1/2", "¼": "1/4", "¾": "3/4",
        "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\t": " ", "º": "o", "ª": "a", "°": " deg ",
        "\u200b": "", "\u200c": "", "\ufeff": "", "\u00ad": "",
    }
)  # fmt: skip

_GSM7_SINGLE, _GSM7_PART = 160, 153
_UCS2_SINGLE, _UCS2_PART = 70, 67


@dataclass(frozen=True, slots=True)
class Segments:
    """What a carrier makes of a text: `encoding` (`GSM-7` or `UCS-2`), its `units` in that, `count` of segments."""

    encoding: str
    units: int
    count: int


def is_gsm7(text: str) -> bool:
    """Whether every character has a place in GSM-7."""
    return all(char in GSM7_BASIC or char in GSM7_EXTENSION for char in text)


def to_gsm7(text: str) -> str:
    """The text with accents, quotes and dashes that GSM-7 lacks written with characters that it has.

    What has no such spelling (another script, an emoji) stays, so that nothing that was said is lost.
    """
    return "".join(_spell(char) for char in unicodedata.normalize("NFC", text).translate(_LOOKALIKES))


def _spell(char: str) -> str:
    if is_gsm7(char):
        return char
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return plain if plain and is_gsm7(plain) else char


def segments(text: str) -> Segments:
    """Count the segments of a text. An escaped character or a surrogate pair is never cut in two."""
    if is_gsm7(text):
        return _count("GSM-7", [2 if char in GSM7_EXTENSION else 1 for char in text], _GSM7_SINGLE, _GSM7_PART)
    return _count("UCS-2", [2 if ord(char) > 0xFFFF else 1 for char in text], _UCS2_SINGLE, _UCS2_PART)


def _count(encoding: str, costs: list[int], single: int, part: int) -> Segments:
    units = sum(costs)
    if units <= single:
        return Segments(encoding, units, 1)
    count, room = 1, part
    for cost in costs:
        if cost > room:
            count, room = count + 1, part
        room -= cost
    return Segments(encoding, units, count)
