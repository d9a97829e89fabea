"""uv, which installs the locks: where it is found, how it is fetched, and how it learns pip's index and certificate."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.problems import SetupError

#: What pip calls a setting -> the environment variable that tells uv the same.
PIP_TO_UV = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}


def uv_on_path() -> Path | None:
    """The machine's own uv, if it has one."""
    found = shutil.which("uv")
    return Path(found) if found else None


def uv_inside(folder: Path) -> Path | None:
    """The uv of an environment, if it holds one."""
    uv = folder / "bin" / "uv"
    return uv if uv.exists() else None


def ensure_uv(folder: Path) -> Path:
    """The uv of an environment; fetched from PyPI when it is not there. Raises SetupError."""
    if not (uv := uv_inside(folder)):
        python = str(folder / "bin" / "python")
        try:
            if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
                subprocess.run([python, "-m", "ensurepip"], stdout=subprocess.DEVNULL, check=True)
            subprocess.run(
                [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "uv"],
                env=os.environ | {"PIP_NO_INPUT": "1"},
                stdin=subprocess.DEVNULL,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError):
            raise SetupError(
                "uv could not be installed from PyPI (pip says why above): check the network, then run the same "
                "command again."
            ) from None
        uv = folder / "bin" / "uv"
    return uv


def pip_settings() -> dict[str, str]:
    """What pip was told by its files and variables, by the bare name of the setting."""
    result = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    return parse_pip_settings(result.stdout if result.returncode == 0 else "")


def parse_pip_settings(listing: str) -> dict[str, str]:
    """Read `pip config list`: lines such as `global.index-url='https://…'`; `:env:` comes first and wins."""
    settings: dict[str, str] = {}
    for line in listing.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            settings.setdefault(name.rsplit(".", 1)[-1], value.strip().strip("'\""))
    return settings


def uv_environment(environ: Mapping[str, str], pip: Mapping[str, str]) -> dict[str, str]:
    """The environment for uv: what pip knows of the index and the certificate counts where uv was told nothing."""
    prepared = {name: value for name, value in environ.items() if name != "VIRTUAL_ENV"}
    for setting, variable in PIP_TO_UV.items():
        if pip.get(setting):
            prepared.setdefault(variable, pip[setting])
    return prepared
