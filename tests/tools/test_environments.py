"""A virtual environment is filled once, again when its lock changes, and made afresh when it was left half made."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tools import installer
from tools.environments import Environment, prepare
from tools.problems import SetupError

#: A uv that makes an environment from links and writes down what it was asked to install.
FAKE_UV = """#!{python}
import pathlib, sys
root = pathlib.Path.cwd()
with open(root / "calls", "a") as calls:
    print(*sys.argv[1:3], sys.argv[-1], file=calls)
if sys.argv[1] == "venv":
    folder = pathlib.Path(sys.argv[-1])
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
elif (root / "fail").exists():
    sys.exit(1)
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    programs = tmp_path / "programs"
    programs.mkdir()
    uv = programs / "uv"
    uv.write_text(FAKE_UV.format(python=sys.executable))
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    monkeypatch.setattr(installer, "pip_settings", dict)
    (tmp_path / "requirements.txt").write_text("flask==3.0\n")
    (tmp_path / "requirements-dev.txt").write_text("pytest==9.0\n")
    return tmp_path


def calls(root: Path) -> list[str]:
    file = root / "calls"
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


def test_the_first_run_makes_it_and_installs_every_lock_in_order(root: Path) -> None:
    environment = Environment(root, ".venv")
    prepare(environment, ["requirements.txt", "requirements-dev.txt"], environment)
    made, *installed = calls(root)
    assert made.startswith("venv")
    assert installed == ["pip install requirements.txt", "pip install requirements-dev.txt"]
    assert environment.usable()
    assert environment.missing(["requirements.txt", "requirements-dev.txt"]) == []


def test_the_second_run_does_nothing(root: Path) -> None:
    environment = Environment(root, ".venv")
    prepare(environment, ["requirements.txt"], environment)
    calls(root)
    prepare(environment, ["requirements.txt"], environment)
    assert calls(root) == []


def test_only_a_changed_lock_is_installed_again(root: Path) -> None:
    environment = Environment(root, ".venv")
    locks = ["requirements.txt", "requirements-dev.txt"]
    prepare(environment, locks, environment)
    calls(root)
    (root / "requirements-dev.txt").write_text("pytest==9.1\n")
    assert environment.missing(locks) == ["requirements-dev.txt"]
    prepare(environment, locks, environment)
    assert calls(root) == ["pip install requirements-dev.txt"]


def test_a_failed_installation_is_told_and_made_afresh_next_time(root: Path) -> None:
    environment = Environment(root, ".venv")
    (root / "fail").touch()
    with pytest.raises(SetupError, match=r"requirements\.txt could not be installed"):
        prepare(environment, ["requirements.txt"], environment)
    assert not environment.usable()
    (root / "fail").unlink()
    calls(root)
    prepare(environment, ["requirements.txt"], environment)
    assert [line.split()[0] for line in calls(root)] == ["venv", "pip"]
    assert environment.usable()


def test_an_environment_whose_python_is_gone_is_made_afresh(root: Path) -> None:
    environment = Environment(root, ".venv")
    prepare(environment, ["requirements.txt"], environment)
    environment.python.unlink()
    environment.python.symlink_to(root / "python-that-was-removed")
    calls(root)
    assert not environment.usable()
    prepare(environment, ["requirements.txt"], environment)
    assert [line.split()[0] for line in calls(root)] == ["venv", "pip"]


def test_a_spoilt_note_of_what_is_installed_means_install_again(root: Path) -> None:
    environment = Environment(root, ".venv")
    prepare(environment, ["requirements.txt"], environment)
    (environment.folder / "installed.json").write_text('{"requirements.txt": "half')
    assert environment.missing(["requirements.txt"]) == ["requirements.txt"]


def test_what_is_installed_is_noted_by_the_hash_of_the_lock(root: Path) -> None:
    environment = Environment(root, ".venv")
    prepare(environment, ["requirements.txt"], environment)
    noted = json.loads((environment.folder / "installed.json").read_text())
    assert len(noted["requirements.txt"]) == 64
