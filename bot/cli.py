"""The command line's table of contents: each command is loaded only when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

#: Command -> where it is. A name per line, in the order of `--help`.
COMMANDS = {
    "assess": "bot.commands.assess:assess",
    "protocol": "bot.commands.protocol:protocol",
    "enrol": "bot.commands.enrol:enrol",
    "text": "bot.commands.text:text",
    "simulate": "bot.commands.simulate:simulate",
    "queue": "bot.commands.queue:queue",
    "nurse": "bot.commands.nurse:nurse",
    "database": "bot.commands.database:database",
    "demo": "bot.commands.demo:demo",
}


class LazyGroup(click.Group):
    """A group whose commands are imported on first use, so that `queue` does not wait for the language pipeline."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Recovery Line: symptom triage by text message and web chat after a vertebroplasty."""
