"""The second reader is trained again exactly when what it was made from changed, or when its training was cut short."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import reader
from tools.problems import SetupError

PROJECT = Path(__file__).resolve().parents[2]
WRITES = "pathlib.Path(sys.argv[sys.argv.index('--out') + 1]).write_bytes(b'weights')"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data/messages").mkdir(parents=True)
    (tmp_path / "data/messages/a.jsonl").write_text("{}\n")
    (tmp_path / "models").mkdir()
    return tmp_path


def python_that(root: Path, script: str) -> Path:
    program = root / "python"
    program.write_text(f"#!{sys.executable}\nimport pathlib, sys\n{script}\n")
    program.chmod(0o755)
    return program


def test_nothing_trained_is_not_current(root: Path) -> None:
    assert not reader.is_current(root)


def test_after_training_it_is_current_until_a_message_changes(root: Path) -> None:
    reader.train(root, python_that(root, WRITES))
    assert reader.is_current(root)
    (root / "data/messages/a.jsonl").write_text('{"text": "my legs"}\n')
    assert not reader.is_current(root)


def test_a_training_that_fails_is_done_again(root: Path) -> None:
    reader.train(root, python_that(root, WRITES))
    with pytest.raises(SetupError, match="no such label"):
        reader.train(root, python_that(root, WRITES + "; sys.exit('no such label')"))
    assert not reader.is_current(root)


def test_every_input_of_the_reader_is_in_the_project() -> None:
    assert [name for name in reader.INPUTS if not (PROJECT / name).exists()] == []
