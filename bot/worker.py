"""The background process: takes turns, sends what is due, keeps house. Any number of these may run."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.channels.senders import build_senders
from bot.conversation.agent import HttpAgent
from bot.conversation.clock import Clock, SystemClock
from bot.conversation.housekeeping import keep_house
from bot.conversation.outbox import deliver_due
from bot.conversation.turns import take_next
from bot.records.database import DatabaseNotReady, check_ready, create_engine_for, session_factory
from bot.settings import SettingsError, load_settings
from bot.triage import assess

logger = logging.getLogger("bot.worker")

IDLE_SECONDS = 0.1
HOUSEKEEPING_SECONDS = 5.0
#: After a fault, such as a database that is away, a loop rests this long.
FAULT_SECONDS = 1.0
_OWN_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line. Errors are named by their type alone: their text may hold what a patient wrote."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({name: value for name, value in record.__dict__.items() if name not in _OWN_FIELDS})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, default=str)


@dataclass(frozen=True, slots=True)
class Loop:
    """One thing that is done again and again. `step` returns whether there may be more to do at once."""

    name: str
    step: Callable[[], bool]
    idle_seconds: float = IDLE_SECONDS

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set; a fault is logged and the loop goes on."""
        while not stop.is_set():
            try:
                pause = 0.0 if self.step() else self.idle_seconds
            except Exception as error:  # noqa: BLE001 - a loop that dies would leave patients waiting
                logger.error("fault", extra={"loop": self.name, "error": type(error).__name__})  # noqa: TRY400
                pause = FAULT_SECONDS
            if pause:
                stop.wait(pause)


def run(loops: list[Loop], stop: threading.Event) -> None:
    """Run the loops, a thread each, until `stop` is set; each ends what it is doing first."""
    threads = [threading.Thread(target=loop.run, args=(stop,), name=loop.name) for loop in loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _one_round(sessions: sessionmaker[Session], clock: Clock) -> bool:
    keep_house(sessions, clock)
    return False


def main() -> int:
    """Run until SIGTERM or SIGINT; the exit code."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in ("httpx", "httpcore", "twilio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        settings = load_settings().check()
        engine = create_engine_for(settings.database_url)
        check_ready(engine)
    except (SettingsError, DatabaseNotReady) as error:
        print(error, file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        print(f"The database that DATABASE_URL names does not answer ({type(error).__name__}).", file=sys.stderr)
        return 1
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sessions = session_factory(engine)
    clock = SystemClock()
    agent = HttpAgent(
        settings.agent_url, settings.agent_channel_key.get_secret_value(), settings.agent_deadline_seconds
    )
    senders = build_senders(settings)
    assess("")  # loads the lexicons before the first patient waits for them
    name = f"{socket.gethostname()[:12]}:{os.getpid()}"
    lease = max(settings.turn_lease_seconds, 2 * settings.agent_deadline_seconds)
    turns = [
        Loop(f"turns-{n}", lambda: take_next(sessions, agent, clock, lease_seconds=lease, worker=name))
        for n in range(settings.worker_threads)
    ]
    outbox = Loop("outbox", lambda: deliver_due(sessions, senders, clock) > 0)
    housekeeping = Loop("housekeeping", lambda: _one_round(sessions, clock), HOUSEKEEPING_SECONDS)
    logger.info("started", extra={"turn_threads": len(turns)})
    run([*turns, outbox, housekeeping], stop)
    agent.close()
    engine.dispose()
    logger.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
