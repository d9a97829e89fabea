"""The report: one content, written as Markdown and as HTML, with its plots beside it."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from pathlib import Path

from bench.triage.messages import Message
from bench.triage.scoring import Reading, Score


@dataclass(slots=True)
class Report:
    """Tables and lists in order; each is (title, header, rows)."""

    title: str
    tables: list[tuple[str, list[str], list[list[str]]]] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)

    def table(self, title: str, header: list[str], rows: list[list[str]]) -> None:
        self.tables.append((title, header, rows))

    def write(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.md").write_text(self.markdown(), encoding="utf-8")
        (folder / f"{name}.html").write_text(self.page(), encoding="utf-8")

    def markdown(self) -> str:
        lines = [f"# {self.title}", ""]
        for title, header, rows in self.tables:
            lines += [f"## {title}", "", "| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
            lines += [
                "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows
            ]
            lines.append("")
        lines += [f"![{title}]({file})" for title, file in self.pictures]
        return "\n".join(lines) + "\n"

    def page(self) -> str:
        parts = [
            f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(self.title)}</title>",
            "<style>body{font:16px/1.5 system-ui;max-width:70rem;margin:2rem auto;padding:0 1rem}"
            "table{border-collapse:collapse}"
            "td,th{border:1px solid #999;padding:.3rem .6rem;text-align:left;vertical-align:top}"
            "img{max-width:100%}</style>",
            f"<h1>{html.escape(self.title)}</h1>",
        ]
        for title, header, rows in self.tables:
            head = "".join(f"<th scope=col>{html.escape(cell)}</th>" for cell in header)
            body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
            parts.append(f"<h2>{html.escape(title)}</h2><table><tr>{head}</tr>{body}</table>")
        parts += [
            f'<h2>{html.escape(t)}</h2><img src="{html.escape(f)}" alt="{html.escape(t)}">' for t, f in self.pictures
        ]
        return "\n".join(parts) + "</html>\n"


def compare(report: Report, title: str, scores: dict[str, Score]) -> None:
    """One table with a column a reader."""
    measures = [name for name, _ in next(iter(scores.values())).rows()]
    rows = [[name, *(str(dict(score.rows())[name]) for score in scores.values())] for name in measures]
    report.table(title, ["measure", *scores], rows)


def details(report: Report, title: str, score: Score, most: int = 40) -> None:
    """Recall by finding, status by tag, and the worst misses and false alerts of one reader."""
    ordered = sorted(score.by_finding.items(), key=lambda item: item[1].rate)
    report.table(f"{title}: found or asked about, by finding", ["finding", "recall"], [[k, str(v)] for k, v in ordered])
    report.table(
        f"{title}: level right, by status tag", ["tag", "right"], [[k, str(v)] for k, v in sorted(score.by_tag.items())]
    )
    worst = sorted(score.missed, key=lambda item: item[1].level - item[0].low)
    report.table(f"{title}: worst misses ({len(worst)} in all)", _HEADER, [_line(*item) for item in worst[:most]])
    report.table(
        f"{title}: false alerts ({len(score.alerted)} in all)", _HEADER, [_line(*item) for item in score.alerted[:most]]
    )


_HEADER = ["id", "label", "read as", "findings", "text"]


def _line(message: Message, reading: Reading) -> list[str]:
    label = message.low.id if message.low is message.high else f"{message.low.id}..{message.high.id}"
    return [message.id, label, reading.level.id, ", ".join(sorted(message.findings)), message.text[:160]]


def plot(folder: Path, curve: list[tuple[float, float, float]], score: Score) -> list[tuple[str, str]]:
    """Two pictures: what a threshold costs and catches, and recall by finding.

    `curve`: (threshold, harmless, missed).
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(figsize=(7, 4.5))
    axes.plot([100 * harmless for _, harmless, _ in curve], [100 * missed for _, _, missed in curve], marker="o")
    for threshold, harmless, missed in curve:
        axes.annotate(f"{threshold:g}", (100 * harmless, 100 * missed), fontsize=8)
    axes.set_xlabel("harmless messages that would be asked about, %")
    axes.set_ylabel("red flags missed by the rules that would be asked about, %")
    axes.set_title("Second reader: what each threshold costs and catches (authors held out)")
    figure.tight_layout()
    figure.savefig(folder / "triage-threshold.png", dpi=110)
    plt.close(figure)
    ordered = sorted(score.by_finding.items(), key=lambda item: item[1].rate)
    figure, axes = plt.subplots(figsize=(7, 10))
    axes.barh([name for name, _ in ordered], [100 * share.rate for _, share in ordered])
    axes.set_xlabel("found or asked about, % (authors held out)")
    figure.tight_layout()
    figure.savefig(folder / "triage-findings.png", dpi=110)
    plt.close(figure)
    return [("Threshold of the second reader", "triage-threshold.png"), ("Recall by finding", "triage-findings.png")]
