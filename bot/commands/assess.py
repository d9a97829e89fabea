"""`assess`: what triage makes of a message, for a person to read or, with --jsonl, for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

import click

from bot.triage import CHECK_IN_ITEMS, Assessment, Context
from bot.triage import assess as read_message
from bot.triage.explain import explain
from bot.triage.schema import DataError


@click.command(short_help="Say what triage makes of a message, and why.")
@click.argument("text", required=False)
@click.option("--day", type=click.IntRange(-3650, 36500), help="Days since the procedure; leave out if not known.")
@click.option("--blood-thinner/--no-blood-thinner", default=None, help="Whether the patient takes one.")
@click.option("--asked", type=click.Choice(CHECK_IN_ITEMS), help="The check-in item that was just asked.")
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True)
@click.option("--explain", "explained", is_flag=True, help="Show the words in place, clause by clause.")
@click.option("--jsonl", is_flag=True, help="Read a JSON object a line from standard input and write one a line.")
def assess(
    text: str | None,
    day: int | None,
    blood_thinner: bool | None,
    asked: str | None,
    language: str,
    explained: bool,
    jsonl: bool,
) -> None:
    """Read TEXT as a patient's message: its level, each finding with its words, the rules and their sources."""
    try:
        if jsonl:
            if text is not None:
                raise click.UsageError("--jsonl reads standard input; leave TEXT out.")
            _assess_lines(sys.stdin.buffer)
            return
        if text is None:
            raise click.UsageError("Give the message as TEXT, or use --jsonl.")
        context = Context(day=day, blood_thinner=blood_thinner, asked=asked, language=language)
        assessment = read_message(text, context)
        click.echo(explain(text, context, assessment) if explained else _plain(assessment))
    except DataError as error:
        raise click.ClickException(str(error)) from error


def _plain(assessment: Assessment) -> str:
    lines = [f"level: {assessment.disposition.id}   ({assessment.protocol})"]
    for mention in assessment.findings:
        because = f"  ({mention.cue})" if mention.cue else ""
        lines.append(f"  {mention.finding}: {mention.status}: “{mention.text}”{because}")
    for rule in assessment.rules:
        lines.append(f"  rule {rule.id} -> {rule.level.id}   source: {rule.source}")
    for doubt in assessment.doubts:
        lines.append(f"  in doubt: {doubt}")
    if assessment.ask:
        lines.append(f"  asks: {assessment.ask}")
    return "\n".join(lines)


def _assess_lines(stream: Iterable[bytes]) -> None:
    """One result a line, in order. A line that cannot be read is an error that names it; the lines before it stand."""
    for number, raw in enumerate(stream, 1):
        if not raw.strip():
            continue
        try:
            record = json.loads(raw.decode("utf-8", errors="replace"))
        except json.JSONDecodeError as error:
            raise click.ClickException(f"line {number}: not JSON ({error.msg})") from error
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            raise click.ClickException(f"line {number}: needs an object with a text")
        try:
            context = Context.from_mapping(record)
        except ValueError as error:
            raise click.ClickException(f"line {number}: {error}") from error
        result = as_record(record.get("id"), read_message(record["text"], context))
        sys.stdout.write(json.dumps(result, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def as_record(identifier: Any, assessment: Assessment) -> dict[str, Any]:
    """The line that --jsonl writes for one message."""
    return {
        "id": identifier,
        "disposition": assessment.disposition.id,
        "findings": [mention.as_dict() for mention in assessment.findings],
        "rules": [rule.id for rule in assessment.rules],
        "doubts": list(assessment.doubts),
        "ask": assessment.ask,
        "protocol": assessment.protocol,
    }
