"""`python -m bot queue`: the open flags, worst first."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Self

import click

from bot.commands.support import open_sessions, settings_or_exit
from bot.conversation.clock import SystemClock
from bot.records.flags import open_flags
from bot.records.models import Flag


@dataclass(frozen=True, slots=True)
class Row:
    """One flag as it is listed. Ids only: a terminal keeps what scrolls by."""

    id: int
    patient_id: int | None
    level: str
    findings: list[str]
    age_seconds: int
    state: str

    @classmethod
    def of(cls, flag: Flag, now: datetime) -> Self:
        age = max(now - flag.opened_at, timedelta())
        return cls(flag.id, flag.patient_id, flag.level, list(flag.findings), int(age.total_seconds()), flag.state)


HEADINGS = ("flag", "patient", "level", "state", "age", "findings")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for other programs.")
def queue(as_json: bool) -> None:
    """List the flags that a nurse has not closed, worst first."""
    now = SystemClock().now()
    with open_sessions(settings_or_exit()) as sessions, sessions() as session:
        rows = [Row.of(flag, now) for flag in open_flags(session)]
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
    elif rows:
        click.echo(table(rows))
    else:
        click.echo("No open flags.")


def table(rows: list[Row]) -> str:
    """The rows under their headings, in columns as wide as they need."""
    lines = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    patient = "unknown" if row.patient_id is None else str(row.patient_id)
    return (str(row.id), patient, row.level, row.state, age(row.age_seconds), ", ".join(row.findings) or "-")


def age(seconds: int) -> str:
    """An age in its two largest units: `45 s`, `12 min`, `3 h 05 min`, `2 d 4 h`."""
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 1:
        return f"{seconds} s"
    if hours < 1:
        return f"{minutes} min"
    if days < 1:
        return f"{hours} h {minutes % 60:02d} min"
    return f"{days} d {hours % 24} h"
