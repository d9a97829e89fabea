"""`python -m bot demo`: made-up data to try the product with."""

from __future__ import annotations

import click

from bot.commands.support import open_sessions, settings_or_exit
from bot.conversation.clock import SystemClock


@click.group()
def demo() -> None:
    """Try the product with made-up patients."""


@demo.command()
def seed() -> None:
    """Fill an empty database with a demo clinic, three patients and a nurse; leave any other as it is."""
    settings = settings_or_exit()
    if not settings.recovery_demo:
        raise click.ClickException("Demo data is made only under RECOVERY_DEMO=1, which `make run` sets.")
    from bot.demo.seed import seed_demo  # noqa: PLC0415  outside the demo its code is not even loaded

    with open_sessions(settings) as sessions, sessions() as session:
        access = seed_demo(session, SystemClock().now())
    if access is None:
        click.echo("There is data already; nothing was added.")
        return
    click.echo(
        "A demo clinic with three patients was made. Sign in to the nurse's console as\n\n"
        f"    {access.email}\n    {access.password}\n\n"
        "The password is shown only now. `python -m bot nurse password` makes a new one."
    )
