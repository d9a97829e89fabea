"""The fixed advice for a level, in the patient's language: the one wording that every part of the product sends."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from bot.triage.assessment import Disposition
from bot.triage.schema import DATA, load_checked


@lru_cache(maxsize=4)
def texts(language: str) -> dict[str, Any]:
    """All that the product says in `language` (`data/texts/<language>.yml`). Raises DataError."""
    return load_checked(DATA / "texts" / f"{language}.yml", DATA / "texts" / "texts.schema.json")


def advice(disposition: Disposition, findings: Iterable[str], language: str, clinic_phone: str) -> str:
    """The advice for a level above `none`; it ends with the emergency line unless it starts with 911.

    Raises ValueError for `none`, which has no advice of its own.
    """
    if disposition is Disposition.NONE:
        raise ValueError("there is no advice where there is no symptom")
    said = texts(language)
    part = said["advice"][disposition.id]
    ids = list(findings)
    tips = part.get("tips", {})
    tip = next((tips[finding] for finding in ids if finding in tips), part.get("default_tip", ""))
    sentences = [part["text"].format(clinic_phone=clinic_phone, tip=tip)]
    additions = part.get("additions", {})
    extra = next((additions[finding] for finding in ids if finding in additions), None)
    if extra:
        sentences.append(extra)
    if disposition is not Disposition.EMERGENCY:
        sentences.append(said["emergency_line"])
    return " ".join(sentences)


def notice(name: str, language: str, clinic_phone: str) -> str:
    """One of the fixed notices of `data/texts`, such as `unavailable`. Raises KeyError for a name that is not there."""
    text: str = texts(language)["notices"][name]
    return text.format(clinic_phone=clinic_phone)
