"""An assessment as a picture for the terminal: the text with its findings marked, then what each mark means."""

from __future__ import annotations

from bot.triage.advice import advice
from bot.triage.assessment import Assessment, Context, Disposition
from bot.triage.protocol import load_protocol

_CLINIC = "the clinic"


def explain(text: str, context: Context, assessment: Assessment) -> str:
    """Several lines: the marked text, each mention with status and cue, each rule with its sources, and the advice."""
    protocol = load_protocol()
    lines = [marked(text, assessment), ""]
    for number, mention in enumerate(assessment.findings, 1):
        cue = f", because of “{mention.cue}”" if mention.cue else ""
        verb = "counts" if mention.fires else "does not count"
        lines.append(f"[{number}] {mention.finding}: {mention.status}{cue}; {verb}")
    if assessment.measurements:
        read = ", ".join(f"{m.kind} {m.value:g} (“{m.text}”)" for m in assessment.measurements)
        lines.append(f"measured: {read}")
    lines.append("")
    for rule in assessment.rules:
        named = [f"{key}: {title}" for key, title in protocol.sources.items() if key in rule.source]
        lines.append(f"{rule.id} gives {rule.level.id}   [{rule.source}]")
        lines.extend(f"    {name}" for name in named)
    if assessment.doubts:
        lines.append(f"in doubt: {', '.join(assessment.doubts)}")
    if assessment.ask:
        lines.append(f"asks: {assessment.ask}")
    lines.append(f"level: {assessment.disposition.id}   ({assessment.protocol})")
    if assessment.disposition is not Disposition.NONE:
        said = advice(assessment.disposition, assessment.present, context.language, _CLINIC)
        lines.append(f"says: {said}")
    return "\n".join(lines)


def marked(text: str, assessment: Assessment) -> str:
    """The text with every mention in brackets, its number behind it; overlapping mentions share their brackets."""
    opens: dict[int, int] = {}
    closes: dict[int, list[int]] = {}
    for number, mention in enumerate(assessment.findings, 1):
        opens[mention.start] = opens.get(mention.start, 0) + 1
        closes.setdefault(mention.end, []).append(number)
    out: list[str] = []
    for index in range(len(text) + 1):
        out.extend(f"]{number}" for number in closes.get(index, ()))
        out.append("[" * opens.get(index, 0))
        if index < len(text):
            out.append(text[index])
    return "".join(out)
