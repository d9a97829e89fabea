"""The two virtual environments: made, filled from their locks, repaired, and left alone when nothing changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools import installer
from tools.problems import SetupError, disk_is_full


@dataclass(frozen=True)
class Environment:
    """A virtual environment in the folder `name` of the project, filled from lock files."""

    root: Path
    name: str

    @property
    def folder(self) -> Path:
        return self.root / self.name

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def _installed_file(self) -> Path:
        return self.folder / "installed.json"

    @property
    def _busy_file(self) -> Path:
        return self.folder / "installing"

    def missing(self, locks: Iterable[str]) -> list[str]:
        """The lock files, in order, that are not installed as they stand now."""
        installed = self._installed()
        return [lock for lock in locks if installed.get(lock) != lock_digest(self.root / lock)]

    def usable(self) -> bool:
        """Whether its Python runs, is 3.11, and no installation into it was cut short."""
        if self._busy_file.exists() or not self.python.exists():
            return False
        try:
            check = [str(self.python), "-c", "import sys; sys.exit(sys.version_info[:2] != (3, 11))"]
            return subprocess.run(check, capture_output=True, check=False).returncode == 0
        except OSError:
            return False

    def create(self, uv: Path | None) -> None:
        """Make it anew, whatever was there. Raises SetupError."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if uv:
            command = [str(uv), "venv", "--quiet", "--python", sys.executable, str(self.folder)]
        else:
            command = [sys.executable, "-m", "venv", str(self.folder)]
        self._run(
            command,
            f"{self.name} could not be made: Python 3.11 must come with its venv module (Debian: python3.11-venv).",
        )

    def install(self, locks: Iterable[str], uv: Path) -> None:
        """Install each lock and remember it; an interruption leaves a mark that makes the next run start afresh."""
        for lock in locks:
            self._busy_file.touch()
            command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--python", str(self.python), "-r", lock]
            self._run(
                command,
                f"The packages of {lock} could not be installed (uv says why above): "
                "check the network, then run the same command again.",
                installer.uv_environment(os.environ, installer.pip_settings()),
            )
            installed = self._installed() | {lock: lock_digest(self.root / lock)}
            self._installed_file.write_text(json.dumps(installed, indent=1) + "\n")
            self._busy_file.unlink()

    def _installed(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._installed_file.read_text()))
        except (OSError, ValueError):
            return {}

    def _run(self, command: list[str], sentence: str, environ: dict[str, str] | None = None) -> None:
        try:
            subprocess.run(command, cwd=self.root, env=environ, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            if disk_is_full(error, self.root):
                raise SetupError(
                    f"The disk ran full while {self.name} was being set up: make room and run the same command again."
                ) from None
            raise SetupError(sentence) from None


def lock_digest(lock: Path) -> str:
    """The SHA-256 of a lock file."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def prepare(environment: Environment, locks: Iterable[str], product: Environment) -> None:
    """Bring an environment in line with its locks, by uv from PATH, else from PyPI into the product's environment."""
    uv = installer.uv_on_path()
    if not environment.usable():
        borrowed = None if environment == product else installer.uv_inside(product.folder)
        environment.create(uv or borrowed)
    missing = environment.missing(locks)
    if missing:
        environment.install(missing, uv or installer.ensure_uv(product.folder))
