"""`python -m bot simulate`: conversations from a file, played through the product, and what came of them."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import IO

import click

from bot.commands.support import settings_or_exit
from bot.conversation.agent import AgentClient
from bot.settings import Settings
from bot.simulation.agent import AgentError, agent_for
from bot.simulation.clinic import TurnNotTaken, empty_database, open_clinic
from bot.simulation.expectations import Difference, table
from bot.simulation.patient import Refused
from bot.simulation.playing import play
from bot.simulation.script import Conversation, ScriptError, read_script


@click.command(short_help="Play conversations from a file and write what the product made of them.")
@click.argument("file", type=click.File("rb"))
@click.option("--expect", is_flag=True, help="Check the `expect` of each turn; exit 1 where something differs.")
@click.option("--out", type=click.File("w", encoding="utf-8"), default="-", help="Write here, not to standard output.")
@click.option("--agent-url", help="Ask this agent. Left out: the running product's, else one is started.")
def simulate(*, file: IO[bytes], expect: bool, out: IO[str], agent_url: str | None) -> None:
    """Play the conversations of FILE, a JSON object a line, and write what happened, a line each.

    \b
    {"id": "fever", "channel": "sms", "day": 3, "blood_thinner": false, "language": "en", "turns": [
      {"patient": "check in", "expect": {"asks": "breathing"}},
      {"patient": "no but i have a fever", "after_minutes": 2, "expect": {"min": "urgent", "queued": true}}]}

    `channel` is sms or web, `day` counts from the procedure (null: not known), `after_minutes` moves the clock.
    `expect` may hold min, max, episode_min, asks, says_any, never_says, queued, opted_out and bot_silent.

    Each conversation gets a patient, a database and a clock of its own; nothing reaches the real ones.
    """
    try:
        script = list(read_script(file, expect=expect))
    except ScriptError as error:
        raise click.ClickException(str(error)) from error
    try:
        settings = settings_or_exit()
        with _terminable(), agent_for(settings, agent_url, tell=_tell) as agent:
            differences = _play_all(script, settings, agent, out)
    except (AgentError, Refused, TurnNotTaken) as error:
        raise click.ClickException(str(error)) from error
    if expect:
        _report(script, differences)


def _play_all(
    script: Sequence[Conversation], settings: Settings, agent: AgentClient, out: IO[str]
) -> list[Difference]:
    """Play and write them one by one, so that what was played before a failure stands."""
    differences: list[Difference] = []
    with TemporaryDirectory(prefix="recovery-simulation-") as folder:
        empty = empty_database(Path(folder))
        for conversation in script:
            with open_clinic(settings, agent, empty) as clinic:
                played = play(clinic, conversation)
            out.write(json.dumps(played.record) + "\n")
            out.flush()
            differences += played.differences
            for turn, reason in played.unanswered:
                _tell(f"{conversation.id}, turn {turn}: the agent's answer was not used ({reason}).")
    return differences


def _report(script: Sequence[Conversation], differences: Sequence[Difference]) -> None:
    """The table of what differed, and the exit code."""
    checked = sum(turn.expect is not None for conversation in script for turn in conversation.turns)
    if not differences:
        _tell(f"{checked} turns in {len(script)} conversations went as expected.")
        return
    _tell(table(differences))
    wrong = len({(difference.conversation, difference.turn) for difference in differences})
    _tell(f"\n{wrong} of {checked} turns did not go as expected.")
    sys.exit(1)


def _tell(message: str) -> None:
    click.echo(message, err=True)


@contextmanager
def _terminable() -> Iterator[None]:
    """End in order when asked to: what was started is stopped, on SIGTERM as on Ctrl-C."""

    def end(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
