"""A PostgreSQL for the tests: the one that is there, else a throw-away cluster of its own, else none with a reason."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.problems import SetupError

#: Where tests look for PostgreSQL; the user must be allowed to create databases.
VARIABLE = "TEST_POSTGRES_URL"
LOCAL_URL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
CONNECT = "import sys, psycopg; psycopg.connect(sys.argv[1].replace('+psycopg', ''), connect_timeout=3).close()"
#: A test cluster need not outlive a power cut.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses=127.0.0.1"


@contextmanager
def available(python: Path, install: Callable[[str], bool]) -> Iterator[str | None]:
    """Give the address of a PostgreSQL while the tests run."""
    for url in filter(None, (os.environ.get(VARIABLE), LOCAL_URL)):
        if _answers(python, url):
            yield url
            return
    programs = _programs()
    if not programs and install("postgresql"):
        programs = _programs()
    if not programs:
        print("      No PostgreSQL: the record tests run on SQLite alone.", flush=True)
        yield None
        return
    with _own_cluster(programs) as url:
        yield url


def _answers(python: Path, url: str) -> bool:
    return subprocess.run([str(python), "-c", CONNECT, url], capture_output=True, check=False).returncode == 0


def _programs() -> Path | None:
    """The folder that holds `initdb` and `pg_ctl`, which Debian keeps off PATH."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def _own_cluster(programs: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="recovery-postgres-"))
    try:
        with _running(programs, folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(programs: Path, folder: Path) -> Iterator[str]:
    # The server refuses to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if prefix:
        shutil.chown(folder, "postgres", "postgres")
    data, port = str(folder / "data"), _free_port()

    def call(program: str, *arguments: str) -> None:
        # The server inherits the output of pg_ctl: a pipe would be held open by it.
        command = [*prefix, str(programs / program), "-D", data, *arguments]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)

    options = f"{FAST} -p {port} -k {folder}"
    try:
        call("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    except subprocess.CalledProcessError:
        raise SetupError(
            "PostgreSQL is installed but would not start for the tests (it says why above): "
            f"start it, or name a running one in {VARIABLE}."
        ) from None
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "-m", "immediate", "stop")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
