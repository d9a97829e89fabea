"""Stage 5: the protocol's rules over what was found: signs and numbers become findings, findings a disposition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.triage.assessment import Context, Disposition, Measurement, RuleHit
from bot.triage.protocol import Combination, Protocol, SignMeaning

#: With no procedure date the patient is read as within 72 hours (protocol, section 1).
EARLY_DAY = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A finding that fires, with the hours since it was over (None while it lasts or when no time was said)."""

    finding: str
    resolved: bool = False
    hours_ago: float | None = None


def meaning_of_sign(
    sign: str, context: Context, hours: float | None, present: frozenset[str], protocol: Protocol
) -> str | None:
    """The finding that a sign means under this context, None if none. `hours` is how long it has lasted."""
    lines = protocol.signs.get(sign)
    if lines is None:
        return sign if sign in protocol.findings else None
    for line in lines:
        if _holds(line, context, hours, present):
            return line.finding
    return None


def _holds(line: SignMeaning, context: Context, hours: float | None, present: frozenset[str]) -> bool:
    day = EARLY_DAY if context.day is None else context.day
    if line.day_from is not None and day < line.day_from:
        return False
    if line.day_to is not None and day > line.day_to:
        return False
    if line.hours_from is not None and (hours is None or hours < line.hours_from):
        return False
    return line.with_ <= present and not line.without & present


def meaning_of_measurement(measurement: Measurement, context: Context, protocol: Protocol) -> tuple[str, str] | None:
    """The finding that a number means and the rule's source; None when it means nothing."""
    day = EARLY_DAY if context.day is None else context.day
    for rule in protocol.measurements:
        if rule.kind != measurement.kind or not rule.low <= measurement.value < rule.high:
            continue
        if (rule.day_from is None or day >= rule.day_from) and (rule.day_to is None or day <= rule.day_to):
            return rule.finding, rule.source
    return None


def decide(
    found: Iterable[Found], facts: frozenset[str], context: Context, protocol: Protocol
) -> tuple[Disposition, tuple[RuleHit, ...], bool]:
    """The disposition, the rules that gave it (highest first), and whether two urgent findings page the on-call."""
    firing = list(found)
    hits: list[RuleHit] = []
    for item in firing:
        row = protocol.findings[item.finding]
        level = row.level
        over_for_long = item.resolved and item.hours_ago is not None and item.hours_ago > 24
        if level is Disposition.EMERGENCY and over_for_long:
            level = Disposition.URGENT
        if level is Disposition.SELF_CARE and context.day is None:
            level = Disposition.ROUTINE
        if not any(hit.id == f"finding.{item.finding}" and hit.level >= level for hit in hits):
            hits.append(RuleHit(f"finding.{item.finding}", level, row.source, (item.finding,)))
    here = frozenset(item.finding for item in firing)
    hits += _combined(here, facts, context, protocol, hits)
    level = max((hit.level for hit in hits), default=Disposition.NONE)
    urgent = {hit.id for hit in hits if hit.level is Disposition.URGENT and hit.id.startswith("finding.")}
    ordered = tuple(sorted(hits, key=lambda hit: -hit.level))
    return level, ordered, level is Disposition.URGENT and len(urgent) >= 2


def _combined(
    here: frozenset[str], facts: frozenset[str], context: Context, protocol: Protocol, hits: list[RuleHit]
) -> list[RuleHit]:
    added = []
    known = here | frozenset(context.episode)
    for rule in protocol.combinations:
        used = _used_by(rule, known, facts, context)
        if used is None or not used & (here | facts):
            continue
        if not used & here:
            continue
        if rule.level is not None:
            added.append(RuleHit(f"combination.{rule.id}", rule.level, rule.source, tuple(sorted(used))))
        elif rule.raise_by:
            base = max((hit.level for hit in hits if set(hit.findings) & used), default=Disposition.NONE)
            raised = Disposition(min(base + rule.raise_by, Disposition.EMERGENCY))
            added.append(RuleHit(f"combination.{rule.id}", raised, rule.source, tuple(sorted(used))))
    return added


def _used_by(
    rule: Combination, known: frozenset[str], facts: frozenset[str], context: Context
) -> frozenset[str] | None:
    """The findings that satisfy the rule, None if it does not hold."""
    everything = known | facts
    if not rule.all_of <= everything:
        return None
    partners = rule.any_of & everything
    if rule.any_of and not partners:
        return None
    if rule.also and not rule.also & everything:
        return None
    if rule.day_to is not None and context.day is not None and context.day > rule.day_to:
        return None
    if rule.blood_thinner and context.blood_thinner is not True and "thinner_taken" not in facts:
        return None
    return (rule.all_of | partners) & known
