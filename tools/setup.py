"""The commands behind the Makefile: set up what is missing, then run or test. `python3.11 -m tools.setup --help`."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.problems import SetupError, check_disk, check_python, disk_is_full

try:
    # Before the modules below are loaded, which an older Python could not read.
    check_python()
except SetupError as problem:
    sys.exit(str(problem))

from tools import demo, model, postgres, reader, suites
from tools.environments import Environment, prepare
from tools.progress import Progress

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = Environment(ROOT, ".venv")
RASA = Environment(ROOT, ".venv-rasa")
PRODUCT_LOCKS = ("requirements.txt",)
DEV_LOCKS = ("requirements.txt", "requirements-dev.txt")
RASA_LOCKS = ("requirements-rasa.txt",)
FIRST_SETUP_GIGABYTES = 4


def set_up(progress: Progress, *, dev: bool, agent: bool = True) -> None:
    """Bring the environments and the model in line with their sources. Raises SetupError."""
    parts = [(PRODUCT, DEV_LOCKS if dev else PRODUCT_LOCKS)] + [(RASA, RASA_LOCKS)] * agent
    if not all(environment.usable() for environment, _ in parts):
        check_disk(ROOT, FIRST_SETUP_GIGABYTES)
    for environment, locks in parts:
        if environment.usable() and not environment.missing(locks):
            progress.skip(f"{environment.name} is up to date")
        else:
            with progress.step(f"Installing into {environment.name} from {', '.join(locks)}"):
                prepare(environment, locks, PRODUCT)
    if not agent:
        return
    if reader.is_current(ROOT):
        progress.skip("The second reader is up to date")
    else:
        with progress.step("Training the second reader"):
            reader.train(ROOT, RASA.python)
    if model.model_path(ROOT).exists():
        progress.skip("The agent's model is up to date")
    else:
        with progress.step("Training the agent's model"):
            model.train(ROOT, RASA.python)
    model.make_current(model.model_path(ROOT))


@contextmanager
def alone() -> Iterator[None]:
    """Hold the set-up lock of this folder; wait for another set-up that holds it."""
    # Patients' messages lie in here when the database is SQLite: for nobody else on this machine.
    (ROOT / "var").mkdir(exist_ok=True)
    (ROOT / "var").chmod(0o700)
    with (ROOT / "var" / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up is at work in this folder; waiting for it …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run() -> int:
    """`make run`: set up, make the demo's data, start every process. Replaces this process at the end."""
    ports = demo.free_ports(os.environ)
    progress = Progress(total=5)
    with alone():
        set_up(progress, dev=False)
        environ = demo.environment(ROOT, os.environ, ports, model.model_path(ROOT))
        with progress.step("Preparing the database"):
            demo.prepare_database(ROOT, PRODUCT.python, environ)
    os.chdir(ROOT)
    os.execve(PRODUCT.python, [str(PRODUCT.python), "-m", "tools.processes"], environ)


def test(arguments: Sequence[str]) -> int:
    """`make test`: set up with what tests need, then run the tests of both environments."""
    progress = Progress(total=5)
    with alone():
        set_up(progress, dev=True)
        suites.prepare_tools(ROOT, progress)
    with postgres.available(PRODUCT.python, suites.apt_install) as url:
        return suites.run(ROOT, PRODUCT.python, RASA.python, url, arguments)


def only_prepare(*, dev: bool, agent: bool) -> int:
    """`make setup`, `make train`, `make lint`: set up and nothing else."""
    with alone():
        set_up(Progress(total=4 if agent else 1), dev=dev, agent=agent)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a SetupError is one sentence on standard error and exit code 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="set up and start everything with demo data")
    commands.add_parser("test", help="set up and test everything; arguments that follow go to pytest")
    prepare_command = commands.add_parser("prepare", help="set up both environments and the model")
    prepare_command.add_argument("--dev", action="store_true", help="with what tests and lint need")
    prepare_command.add_argument("--no-agent", action="store_true", help="without Rasa's environment and the model")
    options, for_pytest = parser.parse_known_args(arguments)
    if for_pytest and options.command != "test":
        parser.error(f"unrecognized arguments: {' '.join(for_pytest)}")
    try:
        if options.command == "run":
            return run()
        if options.command == "test":
            return test(for_pytest)
        return only_prepare(dev=options.dev, agent=not options.no_agent)
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    except OSError as error:
        if not disk_is_full(error, ROOT):
            raise
        print("The disk is full: make room and run the same command again.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
