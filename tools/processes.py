"""Runs the Procfile under honcho: says when all is ready, and which process died when one does. Needs .venv."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Message, Printer

ROOT = Path(__file__).resolve().parent.parent
STOPPED = re.compile(r"^(?P<name>[\w-]+) stopped \(rc=(?P<code>-?\d+)\)")
SIGNALLED = re.compile(r"^SIG\w+ received")
#: Sanic turns deprecation warnings on for the whole of Rasa: a screenful about libraries that are pinned anyway.
DEPRECATION = re.compile(rb"^\S+:\d+: \w*DeprecationWarning: ")


class Watcher(Printer):  # type: ignore[misc]
    """honcho's printer, which also notices why everything stops: a signal, or the first process to end by itself."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)
        self.first_stopped: tuple[str, int] | None = None
        self.signalled = False
        self._warned: set[str] = set()

    def write(self, message: Message) -> None:
        """Print the line; read it when honcho itself says it."""
        if message.name == "system":
            self._notice(str(message.data))
        elif self._is_warning(message.name, message.data):
            return
        super().write(message)

    def _is_warning(self, name: str, line: bytes) -> bool:
        """Whether the line is a deprecation warning, or the indented line of code that follows one."""
        if DEPRECATION.match(line):
            self._warned.add(name)
            return True
        follows = name in self._warned and line.startswith(b"  ")
        self._warned.discard(name)
        return follows

    def _notice(self, line: str) -> None:
        if SIGNALLED.match(line):
            self.signalled = True
        elif (found := STOPPED.match(line)) and self.first_stopped is None and not self.signalled:
            self.first_stopped = (found["name"], int(found["code"]))

    def explanation(self) -> str:
        """Why everything stopped, in one sentence."""
        if self.first_stopped is None:
            return "Stopped."
        name, code = self.first_stopped
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"The process '{name}' {how}, so the others were stopped as well; its last lines above say why."


def answers(url: str) -> bool:
    """Whether a page answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310  our own loopback addresses
            return bool(response.status == 200)
    except (urllib.error.URLError, TimeoutError, OSError):
        return False


def wait_until_ready(
    urls: list[str], stopped: threading.Event, *, answers: Callable[[str], bool] = answers, pause: float = 0.25
) -> bool:
    """Wait until each page has answered once; False if everything was stopped before."""
    waiting = list(urls)
    while not stopped.is_set():
        waiting = [url for url in waiting if not answers(url)]
        if not waiting:
            return True
        stopped.wait(pause)
    return False


def ready_text(environ: Mapping[str, str], seconds: float) -> str:
    """What to open, once everything answers."""
    base = environ["PUBLIC_BASE_URL"].rstrip("/")
    return (
        f"\nReady after {seconds:.0f} s. Stop everything with Ctrl-C.\n"
        f"  The clinic's page with the chat   {base}/demo\n"
        f"  A patient's phone                 {base}/dev/phone\n"
        f"  The nurse's console               {base}/console/\n"
        '  From another terminal             .venv/bin/python -m bot text +15550100123 "my legs feel numb"\n'
    )


def main(procfile: Path = ROOT / "Procfile") -> int:
    """Start every process of the Procfile and stay until all have stopped."""
    started = time.monotonic()
    environ = dict(os.environ)
    watcher = Watcher()
    manager = Manager(watcher)
    for name, command in parse_procfile(procfile.read_text()).processes.items():
        manager.add_process(name, command, env=environ, cwd=str(ROOT))
    stopped = threading.Event()
    pages = [
        f"http://127.0.0.1:{environ['PORT']}/readyz",
        f"http://127.0.0.1:{environ['ACTIONS_PORT']}/health",
        f"http://127.0.0.1:{environ['RASA_PORT']}/webhooks/recovery/",
    ]

    def announce() -> None:
        if wait_until_ready(pages, stopped):
            print(ready_text(environ, time.monotonic() - started), flush=True)

    announcer = threading.Thread(target=announce, daemon=True)
    announcer.start()
    manager.loop()
    stopped.set()
    announcer.join(timeout=5)
    print(watcher.explanation(), flush=True)
    return 0 if watcher.signalled else (manager.returncode or 1)


if __name__ == "__main__":
    sys.exit(main())
