"""The second reader: trained when its messages, or what reads them, changed."""

from __future__ import annotations

from pathlib import Path

from tools.fingerprint import fingerprint
from tools.model import run_training

INPUTS = ("data/messages", "data/lexicon", "data/protocol", "bot/triage", "tools/train_reader.py")
READER = Path("models") / "second-reader.npz"
#: Beside the reader: the hash of what it was made from.
MADE_FROM = Path("models") / "second-reader.made-from"


def is_current(root: Path) -> bool:
    """Whether the reader that is there was made from what is there now."""
    mark = root / MADE_FROM
    return (root / READER).exists() and mark.exists() and mark.read_text().strip() == fingerprint(root, INPUTS)


def train(root: Path, python: Path) -> None:
    """Train it. It is marked as current last, so that an interrupted training is done again. Raises SetupError."""
    made_from = fingerprint(root, INPUTS)
    (root / MADE_FROM).unlink(missing_ok=True)
    run_training(root, [str(python), "-m", "tools.train_reader", "--out", str(root / READER)], "The second reader")
    (root / MADE_FROM).write_text(made_from + "\n")
