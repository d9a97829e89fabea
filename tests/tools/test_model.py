"""The model's hash changes exactly when something that the model is made from changes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools import model
from tools.fingerprint import fingerprint
from tools.problems import SetupError

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("config.yml", "data/nlu/greetings.yml", "data/lexicon/en.yml", "bot/triage/engine.py", "README.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}\n")
    return tmp_path


def fake_rasa(folder: Path, script: str) -> Path:
    """A Python that answers `-m rasa train … --out FOLDER --fixed-model-name NAME` by a script of ours."""
    program = folder / "python"
    program.write_text(f"#!{sys.executable}\nimport pathlib, sys\narguments = sys.argv\n{script}\n")
    program.chmod(0o755)
    return program


TRAINS = """
out = pathlib.Path(arguments[arguments.index("--out") + 1])
out.mkdir(parents=True, exist_ok=True)
(out / arguments[arguments.index("--fixed-model-name") + 1]).write_bytes(b"model")
"""


def test_the_hash_stays_when_nothing_or_something_else_changes(root: Path) -> None:
    before = fingerprint(root, model.INPUTS)
    (root / "README.md").write_text("other words")
    (root / "bot/triage/__pycache__").mkdir()
    (root / "bot/triage/__pycache__/engine.cpython-311.pyc").write_bytes(b"compiled")
    (root / "config.yml").touch()
    assert fingerprint(root, model.INPUTS) == before


@pytest.mark.parametrize(
    "name", ["config.yml", "data/nlu/greetings.yml", "data/lexicon/en.yml", "bot/triage/engine.py"]
)
def test_the_hash_changes_when_an_input_changes(root: Path, name: str) -> None:
    before = fingerprint(root, model.INPUTS)
    (root / name).write_text("changed\n")
    assert fingerprint(root, model.INPUTS) != before


def test_the_hash_changes_when_an_input_is_added_renamed_or_removed(root: Path) -> None:
    seen = {fingerprint(root, model.INPUTS)}
    added = root / "data/nlu/thanks.yml"
    added.write_text("content of data/nlu/greetings.yml\n")
    seen.add(fingerprint(root, model.INPUTS))
    added.rename(root / "data/nlu/thank_you.yml")
    seen.add(fingerprint(root, model.INPUTS))
    (root / "config.yml").unlink()
    seen.add(fingerprint(root, model.INPUTS))
    assert len(seen) == 4


def test_moving_text_from_one_file_to_the_next_changes_the_hash(root: Path) -> None:
    first, second = root / "data/nlu/a.yml", root / "data/nlu/b.yml"
    first.write_text("xy")
    second.write_text("z")
    before = fingerprint(root, model.INPUTS)
    first.write_text("x")
    second.write_text("yz")
    assert fingerprint(root, model.INPUTS) != before


def test_every_input_of_the_model_is_in_the_project() -> None:
    assert [name for name in model.INPUTS if not (PROJECT / name).exists()] == []


def test_training_puts_the_model_under_its_hash(root: Path) -> None:
    assert model.train(root, fake_rasa(root, TRAINS)) == model.model_path(root)
    assert model.model_path(root).read_bytes() == b"model"


def test_a_failed_training_leaves_no_model_and_says_what_rasa_said(root: Path) -> None:
    python = fake_rasa(root, "sys.exit('the domain names no such slot')")
    with pytest.raises(SetupError, match="the domain names no such slot"):
        model.train(root, python)
    assert not model.model_path(root).exists()


def test_an_interrupted_training_leaves_no_model(root: Path) -> None:
    python = fake_rasa(root, TRAINS.replace('write_bytes(b"model")', 'write_bytes(b"half"); os.kill(os.getpid(), 9)'))
    python.write_text(python.read_text().replace("import pathlib, sys", "import os, pathlib, sys"))
    with pytest.raises(SetupError):
        model.train(root, python)
    assert not model.model_path(root).exists()


def test_the_current_model_follows_the_inputs_back_and_forth(root: Path) -> None:
    current = root / "models" / "current.tar.gz"
    first = model.train(root, fake_rasa(root, TRAINS))
    model.make_current(first)
    before = (root / "config.yml").read_text()
    (root / "config.yml").write_text("changed\n")
    second = model.train(root, fake_rasa(root, TRAINS))
    model.make_current(second)
    assert current.resolve() == second
    (root / "config.yml").write_text(before)
    model.make_current(model.model_path(root))
    assert current.resolve() == first


def test_only_the_newest_models_are_kept(root: Path) -> None:
    folder = root / "models"
    folder.mkdir()
    for age in range(6):
        path = folder / f"old{age}.tar.gz"
        path.touch()
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    newest = model.train(root, fake_rasa(root, TRAINS))
    assert {path.name for path in folder.glob("*.tar.gz")} == {newest.name, "old0.tar.gz", "old1.tar.gz"}
