"""Author-held-out cross-validation: no voice is in the training and in the test part of a fold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np

from bench.triage.messages import Message
from bench.triage.scoring import Reading
from bot.triage import Context, Disposition, assess
from bot.triage.engine import clauses_of
from bot.triage.protocol import load_protocol
from bot.triage.reader import LinearReader
from bot.triage.reader.features import features
from bot.triage.reader.plug import ANY
from tools.train_reader import FOLDS, fit

Train = Callable[[Sequence[Message]], Callable[[Sequence[Message]], list[Reading]]]


def folds(messages: Sequence[Message]) -> Iterator[tuple[list[int], list[int]]]:
    """(training places, test places) of each fold; the same split every time."""
    authors = sorted({message.author for message in messages})
    order = np.random.RandomState(0).permutation(len(authors))
    fold = {authors[place]: number % FOLDS for number, place in enumerate(order)}
    for number in range(FOLDS):
        test = [place for place, message in enumerate(messages) if fold[message.author] == number]
        chosen = set(test)
        yield [place for place in range(len(messages)) if place not in chosen], test


def cross_validated(messages: Sequence[Message], train: Train) -> list[Reading]:
    """A reading of every message by a reader that was trained without its author."""
    readings: list[Reading | None] = [None] * len(messages)
    for training, test in folds(messages):
        read = train([messages[place] for place in training])
        for place, reading in zip(test, read([messages[place] for place in test]), strict=True):
            readings[place] = reading
    return [reading for reading in readings if reading is not None]


def labels() -> tuple[str, ...]:
    """What the second reader is trained to see."""
    return (ANY, *(name for name, row in load_protocol().findings.items() if row.question))


@lru_cache(maxsize=20_000)
def counted(text: str, context: Context) -> Counter[str]:
    """The features of a message; every fold needs them again."""
    return features(clauses_of(text, context))


def train_reader(messages: Sequence[Message]) -> LinearReader:
    """The second reader, trained on these messages."""
    names = labels()
    targets = np.array(
        [
            [int(name in message.findings or (name == ANY and message.low >= Disposition.URGENT)) for name in names]
            for message in messages
        ]
    )
    return fit([counted(message.text, message.context) for message in messages], targets, names)


def train_triage(messages: Sequence[Message]) -> Callable[[Sequence[Message]], list[Reading]]:
    """The whole of triage, its second reader trained on these messages."""
    reader = train_reader(messages)
    return lambda unseen: [Reading.of(assess(item.text, item.context, reader=reader)) for item in unseen]
