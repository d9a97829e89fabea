"""What the corpus is made of, and which of its messages are the same or nearly: `python -m bench.corpus`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.triage.messages import DEV, Message, corpus, read
from bench.triage.report import Report

OUT = Path(__file__).resolve().parent / "out"
#: Cosine of letter n-grams from which two messages count as nearly the same.
NEAR = 0.8
#: Answers such as "no" and "7" are the same in every mouth; they are counted, not listed.
SHORT = 25


def alike(messages: Sequence[Message], others: Sequence[Message]) -> list[tuple[float, Message, Message]]:
    """Pairs of longer messages that are nearly the same, the most alike first; each pair once."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    mine = [message for message in messages if len(message.text) >= SHORT]
    theirs = [message for message in others if len(message.text) >= SHORT]
    if not mine or not theirs:
        return []
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit(m.text for m in mine)
    near = (vectors.transform(m.text for m in mine) @ vectors.transform(m.text for m in theirs).T).tocoo()
    pairs = {
        frozenset((mine[i].id, theirs[j].id)): (float(value), mine[i], theirs[j])
        for i, j, value in zip(near.row, near.col, near.data, strict=True)
        if value >= NEAR and mine[i].id != theirs[j].id
    }
    return sorted(pairs.values(), key=lambda pair: -pair[0])


def main() -> None:
    messages = corpus()
    report = Report("The corpus")
    levels = Counter(f"{m.low.id}..{m.high.id}" if m.low is not m.high else m.low.id for m in messages)
    report.table("Messages by label", ["label", "messages"], [[k, str(n)] for k, n in levels.most_common()])
    findings = Counter(finding for m in messages for finding in m.findings)
    report.table("Messages by finding", ["finding", "messages"], [[k, str(n)] for k, n in findings.most_common()])
    same = Counter(m.text.strip().lower() for m in messages)
    repeated = sum(number - 1 for number in same.values())
    pairs = alike(messages, messages)
    report.table(
        f"Nearly the same (cosine {NEAR} and above, {SHORT} characters and longer): {len(pairs)} pairs",
        ["cosine", "one", "other"],
        [[f"{value:.2f}", f"{one.id}: {one.text[:90]}", f"{two.id}: {two.text[:90]}"] for value, one, two in pairs],
    )
    print(f"{len(messages)} messages by {len({m.author for m in messages})} authors")
    print(f"{repeated} repeat another word for word (answers such as 'no'), {len(pairs)} pairs are nearly the same")
    if DEV.exists():
        close = alike(messages, read(DEV))
        report.table(
            f"Close to {DEV.name}: {len(close)} pairs",
            ["cosine", "corpus", "dev"],
            [[f"{value:.2f}", f"{one.id}: {one.text[:90]}", f"{two.id}: {two.text[:90]}"] for value, one, two in close],
        )
        print(f"{len(close)} are close to a message of {DEV.name}")
    report.write(OUT, "corpus")
    print(f"written to {OUT / 'corpus.md'} and .html")


if __name__ == "__main__":
    main()
