"""A linear reader: TF-IDF over `features`, one logistic regression a finding; trained by tools/train_reader.py.

Only NumPy is needed to read with it, so that both environments give the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.triage.reader.features import features
from bot.triage.reader.plug import Clauses
from bot.triage.schema import DATA

MODEL_PATH = DATA.parent / "models" / "second-reader.npz"
#: The kinds of feature, by the letter that their names begin with.
KINDS = {letter: number for number, letter in enumerate("wbklcdq")}


class LinearReader:
    """Weights of shape (features, labels), one inverse document frequency a feature, one bias a label."""

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        idf: npt.NDArray[np.float32],
        weights: npt.NDArray[np.float32],
        bias: npt.NDArray[np.float32],
        labels: tuple[str, ...],
    ) -> None:
        self.vocabulary = vocabulary
        self.idf = idf
        self.weights = weights
        self.bias = bias
        self.labels = labels

    def read(self, clauses: Clauses) -> Mapping[str, float]:
        """The probability of each label; all zero for a message with nothing left to read."""
        indexes, values = vector(features(clauses), self.vocabulary, self.idf)
        if not len(indexes):
            return dict.fromkeys(self.labels, 0.0)
        scores = values @ self.weights[indexes] + self.bias
        probabilities = 1.0 / (1.0 + np.exp(-scores))
        return dict(zip(self.labels, (float(p) for p in probabilities), strict=True))


def vector(
    counts: Mapping[str, int], vocabulary: Mapping[str, int], idf: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The message as (indexes, values): sublinear TF-IDF, each kind of feature scaled to length one."""
    place = vocabulary.get
    known = [(index, KINDS[name[0]], count) for name, count in counts.items() if (index := place(name)) is not None]
    if not known:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    table = np.array(known, dtype=np.int64)
    indexes, kinds = table[:, 0], table[:, 1]
    values = (1.0 + np.log(table[:, 2])) * idf[indexes]
    lengths = np.sqrt(np.bincount(kinds, weights=values * values, minlength=len(KINDS)))
    lengths[lengths == 0] = 1.0
    return indexes, (values / lengths[kinds]).astype(np.float32)


@lru_cache(maxsize=2)
def load_reader(path: Path = MODEL_PATH) -> LinearReader | None:
    """The trained reader; None where none has been trained yet (`make train`)."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as data:
        names = bytes(data["vocabulary"]).decode("utf-8").split("\n")
        labels = tuple(bytes(data["labels"]).decode("utf-8").split("\n"))
        return LinearReader(
            {name: index for index, name in enumerate(names)},
            data["idf"].astype(np.float32),
            data["weights"].astype(np.float32),
            data["bias"].astype(np.float32),
            labels,
        )
