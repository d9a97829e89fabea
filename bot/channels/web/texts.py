"""What the chat page and its widget say, from `data/widget/<language>.yml`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import phonenumbers

from bot.triage.schema import DATA, load_checked

LANGUAGES = ("en", "es")


@lru_cache(maxsize=len(LANGUAGES))
def _texts(language: str) -> dict[str, Any]:
    folder = DATA / "widget"
    return load_checked(folder / f"{language}.yml", folder / "widget.schema.json")


def texts(language: str, part: str, clinic_phone: str) -> dict[str, str]:
    """The texts of one part (`page`, `widget`, `refusals`) with the clinic's number in them. Raises DataError."""
    number = readable(clinic_phone)
    return {name: text.format(clinic_phone=number) for name, text in _texts(language)[part].items()}


def readable(phone: str) -> str:
    """The number in groups of digits, as people read one out."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
