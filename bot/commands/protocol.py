"""`protocol check`: whether the clinical data files hold together, and what they make of labelled messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bot.triage import Context, Disposition, assess
from bot.triage.lexicon import LANGUAGES, load_lexicon
from bot.triage.protocol import load_protocol
from bot.triage.schema import DATA, DataError


@click.group(short_help="Check the clinical data files.")
def protocol() -> None:
    """Check the protocol, the lexicons and what they decide."""


@protocol.command(short_help="Check the data files and tell what a change does to labelled messages.")
@click.option(
    "--messages",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A JSONL file of labelled messages; data/messages/*.jsonl if none is given.",
)
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DATA.parent / "var" / "protocol-baseline.json",
    show_default="var/protocol-baseline.json",
    help="Where the decisions of the last check are kept.",
)
def check(messages: tuple[Path, ...], baseline: Path) -> None:
    """Load every data file, read every labelled message, and list each decision that differs from the last check's."""
    try:
        loaded = load_protocol()
        for language in LANGUAGES:
            load_lexicon(language)
    except DataError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{loaded.name}: {len(loaded.findings)} findings, {len(loaded.combinations)} combinations: in order")
    records = [record for path in messages or _corpus() for record in _records(path)]
    decided = {record["id"]: _decide(record) for record in records}
    before = json.loads(baseline.read_text()) if baseline.exists() else {}
    changed = [record for record in records if before.get(record["id"], decided[record["id"]]) != decided[record["id"]]]
    for record in changed:
        right = record["min"] if record["min"] == record["max"] else f"{record['min']}..{record['max']}"
        click.echo(
            f"{record['id']}: {before[record['id']]} -> {decided[record['id']]} (should be {right}): "
            f"{record['text'][:100]}"
        )
    baseline.parent.mkdir(parents=True, exist_ok=True)
    baseline.write_text(json.dumps(decided))
    click.echo(f"{len(records)} messages read, {len(changed)} decided otherwise than at the last check")
    click.echo(summary(records, decided))


def _corpus() -> list[Path]:
    return sorted((DATA / "messages").glob("*.jsonl"))


def _records(path: Path) -> list[dict[str, Any]]:
    records = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise click.ClickException(f"{path}:{number}: not JSON ({error.msg})") from error
    return records


def _decide(record: dict[str, Any]) -> str:
    return assess(record["text"], Context.from_mapping(record)).disposition.id


def summary(records: list[dict[str, Any]], decided: dict[str, str]) -> str:
    """Two lines: how many emergencies and urgent messages were caught, how many harmless ones were alerted."""
    urgent = Disposition.URGENT
    severe = [r for r in records if Disposition.of(r["min"]) >= urgent]
    harmless = [r for r in records if Disposition.of(r["max"]) < urgent]
    caught = sum(Disposition.of(decided[r["id"]]) >= urgent for r in severe)
    alerted = sum(Disposition.of(decided[r["id"]]) >= urgent for r in harmless)
    return (
        f"emergency and urgent messages rated at least urgent: {caught} of {len(severe)}\n"
        f"harmless messages rated at least urgent: {alerted} of {len(harmless)}"
    )
