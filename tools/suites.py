"""The tests of both environments, and the tools that they need besides Python packages: Node modules, Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools import postgres
from tools.environments import lock_digest
from tools.progress import Progress

#: What is tested inside Rasa's own environment.
RASA_SUITES = ("tests/agent", "tests/actions")
#: The warnings there are about libraries that Rasa pins.
RASA_OPTIONS = ("--disable-warnings",)
#: pytest's exit code when no test was chosen.
NOTHING_COLLECTED = 5


def prepare_tools(root: Path, progress: Progress) -> None:
    """Install what the tests drive besides Python. What cannot be had is said; its tests then say why they skip."""
    lacking = {"Node modules": _lacks_node(root), "Chromium": _lacks_chromium()}
    wanted = [name for name, missing in lacking.items() if missing]
    if not wanted:
        progress.skip("Node modules and Chromium are there")
        return
    with progress.step(f"Installing {' and '.join(wanted)}"):
        if "Node modules" in wanted:
            _install_node(root)
        if "Chromium" in wanted:
            apt_install("chromium")


def apt_install(package: str) -> bool:
    """Install a Debian package where that is possible; True if it worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"      {package} is missing and only root may install it: `apt-get install {package}`", flush=True)
        return False
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in ("apt-get update -qq", f"apt-get install -y -qq --no-install-recommends {package}"):
        result = subprocess.run(command.split(), env=environ, capture_output=True, check=False)
    if result.returncode:
        print(f"      {package} could not be installed: {result.stderr.decode(errors='replace').strip()}", flush=True)
    return result.returncode == 0


def run(root: Path, product: Path, rasa: Path, postgres_url: str | None, arguments: Sequence[str]) -> int:
    """Run pytest in Rasa's environment, then in the product's, so that its summary is the last thing printed."""
    environ = dict(os.environ)
    if postgres_url:
        environ[postgres.VARIABLE] = postgres_url
    first, second = split(root, arguments)
    in_rasa = _pytest(root, rasa, environ, first, filtered=bool(arguments)) if first is not None else 0
    in_product = _pytest(root, product, environ, second, filtered=bool(arguments)) if second is not None else 0
    return in_rasa or in_product


def split(root: Path, arguments: Sequence[str]) -> tuple[list[str] | None, list[str] | None]:
    """The arguments of pytest in Rasa's environment and in the product's; None where there is nothing to run."""
    paths = [argument for argument in arguments if (root / argument.partition("::")[0]).exists()]
    options = [argument for argument in arguments if argument not in paths]
    rasa = [path for path in paths if path.startswith(RASA_SUITES)] if paths else _rasa_suites(root)
    product = [path for path in paths if path not in rasa]
    ignored = [f"--ignore={suite}" for suite in RASA_SUITES]
    return (
        [*RASA_OPTIONS, *rasa, *options] if rasa else None,
        [*ignored, *product, *options] if product or not paths else None,
    )


def _rasa_suites(root: Path) -> list[str]:
    return [suite for suite in RASA_SUITES if any((root / suite).rglob("test_*.py"))]


def _pytest(root: Path, python: Path, environ: dict[str, str], arguments: Sequence[str], *, filtered: bool) -> int:
    print(f"\nTests in {python.parent.parent.name}", flush=True)
    command = [str(python), "-m", "pytest", *arguments]
    code = subprocess.run(command, cwd=root, env=environ, stdin=subprocess.DEVNULL, check=False).returncode
    return 0 if filtered and code == NOTHING_COLLECTED else code


def _node_mark(root: Path) -> Path:
    return root / "node_modules" / ".installed"


def _lacks_node(root: Path) -> bool:
    lock, mark = root / "package-lock.json", _node_mark(root)
    return lock.exists() and not (mark.exists() and mark.read_text() == lock_digest(lock))


def _install_node(root: Path) -> None:
    if not shutil.which("npm"):
        print("      npm is missing: `apt-get install npm`, or set up Node.js", flush=True)
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, check=False).returncode == 0:
        _node_mark(root).write_text(lock_digest(root / "package-lock.json"))


def _lacks_chromium() -> bool:
    return not (os.environ.get("CHROMIUM_PATH") or shutil.which("chromium"))
