"""What may be wrong with the machine, each told in one plain sentence."""

from __future__ import annotations

import errno
import shutil
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

WANTED_PYTHON = (3, 11)
GIGABYTE = 1000**3


class SetupError(Exception):
    """A reason to stop that the person at the keyboard can act on; the message is the one sentence they see."""


def check_python(version: Sequence[int] = sys.version_info[:2]) -> None:
    """Raise SetupError unless this is Python 3.11."""
    if tuple(version) != WANTED_PYTHON:
        found = ".".join(str(part) for part in version)
        raise SetupError(
            f"Python 3.11 is needed, but this is Python {found}: install Python 3.11, "
            "or name it with `make PYTHON=/path/to/python3.11`."
        )


def check_disk(folder: Path, gigabytes: float, free: Callable[[Path], int] | None = None) -> None:
    """Raise SetupError unless the disk that holds `folder` has that much room."""
    left = (free or _free_bytes)(folder) / GIGABYTE
    if left < gigabytes:
        raise SetupError(
            f"The disk that holds {folder} is too full: {left:.1f} GB are free and the first set-up needs "
            f"{gigabytes:g} GB, so make room and run the same command again."
        )


def disk_is_full(error: BaseException | None, folder: Path, free: Callable[[Path], int] | None = None) -> bool:
    """Tell whether a step failed because the disk ran full in the middle of it."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return (free or _free_bytes)(folder) < GIGABYTE // 20


def port_from(environ: Mapping[str, str], variable: str, default: int) -> int:
    """Read a port from the environment. Raises SetupError that names the variable."""
    text = environ.get(variable) or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SetupError(f"{variable} must be a port number from 1 to 65535, not {text!r}.")
    return int(text)


def check_port(variable: str, port: int) -> None:
    """Raise SetupError unless this machine's loopback port is free to listen on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a port that was closed a moment ago counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise SetupError(
                f"Port {port} may not be opened by this user: choose another with `{variable}=…`."
            ) from None
        except OSError:
            other = port + 1 if port < 65535 else port - 1
            raise SetupError(
                f"Port {port} is taken by another program: stop that program, "
                f"or choose another port with `make run {variable}={other}`."
            ) from None


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
