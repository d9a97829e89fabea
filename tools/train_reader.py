"""Trains the second reader on data/messages and writes models/second-reader.npz; with --curve, cross-validates first.

Held out by author: no voice is ever in the training and in the test part. Deterministic: same data, same model.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.triage.assessment import Context, Disposition  # noqa: E402
from bot.triage.engine import clauses_of  # noqa: E402
from bot.triage.protocol import load_protocol  # noqa: E402
from bot.triage.reader.features import features  # noqa: E402
from bot.triage.reader.model import MODEL_PATH, LinearReader, vector  # noqa: E402
from bot.triage.reader.plug import ANY  # noqa: E402

LEAST_MESSAGES = 4
FOLDS = 5
STRENGTH = 4.0


def messages(folder: Path = ROOT / "data" / "messages") -> list[dict[str, Any]]:
    """Every message of the corpus, in the order of its files."""
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]


def labels_of(record: dict[str, Any], labels: tuple[str, ...]) -> list[int]:
    """1 for each label that the message carries."""
    red = Disposition.of(record["min"]) >= Disposition.URGENT
    present = set(record["findings"]) | ({ANY} if red else set())
    return [int(label in present) for label in labels]


def fit(counted: list[Counter[str]], targets: np.ndarray, labels: tuple[str, ...]) -> LinearReader:
    """A reader trained on these messages. `targets` has a row a message and a column a label."""
    seen: Counter[str] = Counter()
    for counts in counted:
        seen.update(counts.keys())
    names = sorted(name for name, number in seen.items() if number >= LEAST_MESSAGES)
    vocabulary = {name: index for index, name in enumerate(names)}
    idf = np.array([np.log((1 + len(counted)) / (1 + seen[name])) + 1 for name in names], dtype=np.float32)
    rows = [vector(counts, vocabulary, idf) for counts in counted]
    matrix = csr_matrix(
        (
            np.concatenate([values for _, values in rows]),
            np.concatenate([indexes for indexes, _ in rows]),
            np.cumsum([0, *(len(indexes) for indexes, _ in rows)]),
        ),
        shape=(len(rows), len(names)),
    )
    weights = np.zeros((len(names), len(labels)), dtype=np.float32)
    bias = np.zeros(len(labels), dtype=np.float32)
    for column in range(len(labels)):
        model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0, max_iter=200)
        model.fit(matrix, targets[:, column])
        weights[:, column] = model.coef_[0]
        bias[column] = model.intercept_[0]
    return LinearReader(vocabulary, idf, weights, bias, labels)


def save(reader: LinearReader, path: Path) -> None:
    """Write the reader; the file is replaced whole, so that nobody reads half of it."""
    names = sorted(reader.vocabulary, key=reader.vocabulary.__getitem__)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part,
        vocabulary=np.frombuffer("\n".join(names).encode(), dtype=np.uint8),
        labels=np.frombuffer("\n".join(reader.labels).encode(), dtype=np.uint8),
        idf=reader.idf.astype(np.float16),
        weights=reader.weights.astype(np.float16),
        bias=reader.bias,
    )
    part.replace(path)


def folds_by_author(records: list[dict[str, Any]]) -> np.ndarray:
    """The fold of each message; all of an author's messages are in one."""
    authors = sorted({record["author"] for record in records})
    order = np.random.RandomState(0).permutation(len(authors))
    fold = {authors[place]: number % FOLDS for number, place in enumerate(order)}
    return np.array([fold[record["author"]] for record in records])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=MODEL_PATH)
    arguments = parser.parse_args()
    began = time.monotonic()
    protocol = load_protocol()
    labels = (ANY, *(name for name, row in protocol.findings.items() if row.question))
    records = messages()
    clauses = [clauses_of(record["text"], Context.from_mapping(record)) for record in records]
    counted = [features(item) for item in clauses]
    targets = np.array([labels_of(record, labels) for record in records])
    print(f"{len(records)} messages read in {time.monotonic() - began:.0f} s", flush=True)
    reader = fit(counted, targets, labels)
    save(reader, arguments.out)
    seconds = time.monotonic() - began
    print(f"second reader: {len(reader.vocabulary)} features, {len(labels)} labels, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
