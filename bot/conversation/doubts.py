"""The one question that a doubt costs: when it is asked, what settles it, and what no answer means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.conversation.agent_reply import AgentReply
from bot.conversation.claim import ClaimedTurn
from bot.triage import Assessment, Context, Disposition, assess

#: No answer after this long means: assume the worse branch (protocol, section 1).
PATIENCE = timedelta(minutes=10)
_PREFIX = "doubt:"
#: A new number settles a doubt about a number.
_MEASURED_AS = {
    "fever": "temperature",
    "high_fever": "temperature",
    "low_grade_temp": "temperature",
    "severe_pain": "pain",
    "moderate_pain": "pain",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding that the patient is asked about."""

    finding: str
    question: str


def doubt_of(turn: ClaimedTurn, merged: Assessment, reply: AgentReply | None) -> Doubt | None:
    """The doubt that this message raises. What was asked once already is not asked again: its time is running."""
    found: Doubt | None = None
    if merged.ask is not None and merged.doubts:
        found = Doubt(merged.doubts[0], merged.ask)
    elif reply is not None and reply.asks is not None and reply.asks.startswith(_PREFIX):
        question = next((r.text for r in reversed(reply.replies) if r.kind == "question"), None)
        found = Doubt(reply.asks.removeprefix(_PREFIX), question) if question else None
    if found is None or merged.disposition is Disposition.EMERGENCY:
        return None
    return None if turn.doubt is not None and turn.doubt["finding"] == found.finding else found


def settles(doubt: Mapping[str, Any] | None, text: str, context: Context, assessment: Assessment) -> bool:
    """Whether the message answers the doubt that waits: the finding itself, a plain yes or no, or a new number."""
    if doubt is None:
        return False
    finding = doubt["finding"]
    if finding in assessment.present or _MEASURED_AS.get(finding) in assessment.answers:
        return True
    plain = assess(text, replace(context, asked="breathing"))
    return plain.answers.get("breathing") in ("yes", "no")


def worse_branch(finding: str, context: Context) -> Assessment:
    """The reading in which the finding is there: as if the patient had said yes."""
    return assess("yes", replace(context, asked=f"{_PREFIX}{finding}"))
