"""Text and context in, assessment out: pure Python and spaCy, no other room of the product."""

from bot.triage.assessment import (
    CHECK_IN_ITEMS,
    STATUSES,
    Assessment,
    Context,
    Disposition,
    Measurement,
    Mention,
    RuleHit,
)
from bot.triage.engine import assess

__all__ = [
    "CHECK_IN_ITEMS",
    "STATUSES",
    "Assessment",
    "Context",
    "Disposition",
    "Measurement",
    "Mention",
    "RuleHit",
    "assess",
]
