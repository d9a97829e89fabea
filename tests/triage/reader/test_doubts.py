"""The second reader raises doubts; it never decides alone and never speaks over the rules."""

from collections.abc import Mapping

from bot.triage import Context, Disposition, assess
from bot.triage.protocol import load_protocol
from bot.triage.reader import Clauses, Thresholds, doubts_about
from bot.triage.reader.plug import ANY

LIMITS = Thresholds(ask=0.5, alert=0.9, second=0.8)


class Sure:
    """A reader that is always sure of one finding; it remembers what it was given."""

    def __init__(self, finding: str, probability: float = 0.85) -> None:
        self.finding, self.probability = finding, probability
        self.seen: list[Clauses] = []

    def read(self, clauses: Clauses) -> Mapping[str, float]:
        self.seen.append(clauses)
        return {ANY: self.probability, self.finding: self.probability}


def test_a_doubt_asks_its_question_and_raises_no_level() -> None:
    assessment = assess("the weather is odd", Context(day=5), reader=Sure("bladder_loss"))
    assert assessment.disposition is Disposition.NONE
    assert assessment.doubts == ("bladder_loss",)
    assert "urine" in (assessment.ask or "")


def test_the_question_is_in_the_patients_language() -> None:
    assessment = assess("hola", Context(day=5, language="es"), reader=Sure("bladder_loss"))
    assert "orinar" in (assessment.ask or "")


def test_a_rule_that_fired_is_never_lowered_or_doubted() -> None:
    silent = assess("my chest hurts", Context(day=5), reader=Sure("fever", 0.0))
    assert silent.disposition is Disposition.EMERGENCY
    assert silent.doubts == ()


def test_what_is_denied_or_supposed_is_kept_from_the_reader() -> None:
    reader = Sure("fever", 0.0)
    assess("no fever. what if i faint? we had soup", Context(day=5), reader=reader)
    words = {word for part in reader.seen[-1].words for word in part}
    assert "soup" in words
    assert not words & {"fever", "faint"}


def test_below_the_threshold_nothing_is_asked() -> None:
    assert doubts_about({ANY: 0.4, "fever": 0.4}, Disposition.NONE, frozenset(), load_protocol(), LIMITS) is None


def test_a_very_strong_doubt_is_marked_as_strong() -> None:
    doubt = doubts_about({ANY: 0.95, "fever": 0.9}, Disposition.NONE, frozenset(), load_protocol(), LIMITS)
    assert doubt is not None
    assert doubt.strong


def test_a_finding_that_is_already_present_is_not_asked_about() -> None:
    doubt = doubts_about(
        {ANY: 0.7, "fever": 0.7, "vomiting": 0.2}, Disposition.ROUTINE, frozenset({"fever"}), load_protocol(), LIMITS
    )
    assert doubt is not None
    assert doubt.findings == ("vomiting",)
