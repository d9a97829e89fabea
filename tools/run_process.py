"""Starts one process that sees only the environment that it needs: Rasa and its actions get no secret but their own."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Mapping, Sequence

#: What any program needs to find its files, its language and its certificates.
HARMLESS = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "LOG_LEVEL",
)
#: Rasa's action server would listen on every interface, its telemetry would call home, and it would wait 15 seconds for
#: idle connections before it stops.
RASA_MANNERS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SANIC_HOST": "127.0.0.1",
    "SANIC_GRACEFUL_SHUTDOWN_TIMEOUT": "2",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "PYTHONUNBUFFERED": "1",
}


def scrubbed(environ: Mapping[str, str], keep: Iterable[str]) -> dict[str, str]:
    """The harmless variables, those to keep, and the manners; nothing else."""
    names = {*HARMLESS, *keep}
    return {name: value for name, value in environ.items() if name in names} | RASA_MANNERS


def main(arguments: Sequence[str] | None = None) -> None:
    """Become the command, with the scrubbed environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", default="", metavar="NAMES", help="variables to hand on, separated by commas")
    parser.add_argument("command", nargs="+", help="the command to run, after --")
    options = parser.parse_args(arguments)
    environ = scrubbed(os.environ, filter(None, options.keep.split(",")))
    os.execvpe(options.command[0], options.command, environ)


if __name__ == "__main__":
    main()
