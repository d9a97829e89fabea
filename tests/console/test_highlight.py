"""The words that fired are marked, nothing is lost or added, and no text of a patient can become markup."""

from html.parser import HTMLParser

import pytest
from flask import Flask, render_template_string
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.console import wording
from bot.console.highlight import segments
from bot.console.pages import blueprint

PLACES = st.one_of(st.integers(-5, 60), st.none(), st.text(max_size=2), st.booleans(), st.floats())
MENTIONS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "finding": st.sampled_from(["fever", "leg_weakness", "<b>", ""]),
            "status": st.sampled_from(["present", "uncertain", "resolved", "negated", "figurative", "new-status"]),
            "start": PLACES,
            "end": PLACES,
        },
    ),
    max_size=8,
)
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=50)


def mention(text, words, finding="fever", status="present"):
    start = text.index(words)
    return {"finding": finding, "status": status, "text": words, "start": start, "end": start + len(words)}


def marked(text, *mentions):
    return [(part.text, [mark.finding for mark in part.marks]) for part in segments(text, mentions)]


def test_the_words_of_a_finding_are_marked_and_the_rest_is_not():
    text = "no idea, but i cant feel wiping since noon"

    assert marked(text, mention(text, "cant feel wiping", "saddle_numbness")) == [
        ("no idea, but i ", []),
        ("cant feel wiping", ["saddle_numbness"]),
        (" since noon", []),
    ]


def test_where_two_findings_share_words_each_run_carries_its_own():
    text = "weak and numb legs"

    assert marked(text, mention(text, "weak and numb", "leg_weakness"), mention(text, "numb legs", "leg_numbness")) == [
        ("weak and ", ["leg_weakness"]),
        ("numb", ["leg_weakness", "leg_numbness"]),
        (" legs", ["leg_numbness"]),
    ]


def test_a_finding_is_named_once_after_its_last_words():
    text = "weak and numb legs"
    parts = segments(text, [mention(text, "weak and numb", "leg_weakness"), mention(text, "numb legs", "leg_numbness")])

    assert [[mark.finding for mark in part.ending] for part in parts] == [[], ["leg_weakness"], ["leg_numbness"]]


@pytest.mark.parametrize(
    ("status", "fires"),
    [("present", True), ("uncertain", True), ("resolved", True), ("negated", False), ("hypothetical", False)],
)
def test_only_a_mention_that_counts_fires(status, fires):
    text = "no fever"

    assert [part.fires for part in segments(text, [mention(text, "fever", status=status)]) if part.marks] == [fires]


def test_words_that_fire_for_one_finding_fire_though_another_is_denied():
    text = "fever"

    [part] = segments(text, [mention(text, "fever", status="negated"), mention(text, "fever", "chills")])

    assert part.fires


@pytest.mark.parametrize(
    ("start", "end"), [(-1, 3), (0, 99), (3, 3), (4, 2), (None, 3), (0, None), ("0", "3"), (True, 3), (0.0, 3.0)]
)
def test_a_mention_that_does_not_lie_in_the_text_marks_nothing(start, end):
    assert marked("fever", {"finding": "fever", "status": "present", "start": start, "end": end}) == [("fever", [])]


def test_no_text_makes_no_segments():
    assert segments("", [{"finding": "fever", "status": "present", "start": 0, "end": 0}]) == []


@given(ANY_TEXT, MENTIONS)
def test_the_segments_joined_are_the_text_and_none_is_empty(text, mentions):
    parts = segments(text, mentions)

    assert "".join(part.text for part in parts) == text
    assert all(part.text for part in parts)


@given(ANY_TEXT, MENTIONS)
def test_every_mention_within_the_text_is_named_exactly_once(text, mentions):
    wanted = {
        (m.get("finding", ""), m.get("status", ""), m["start"], m["end"])
        for m in mentions
        if type(m.get("start")) is int and type(m.get("end")) is int and 0 <= m["start"] < m["end"] <= len(text)
    }
    named = [(m.finding, m.status, m.start, m.end) for part in segments(text, mentions) for m in part.ending]

    assert sorted(named) == sorted(wanted)


class Reader(HTMLParser):
    """What a browser would show of the text itself, and which tags there are."""

    def __init__(self):
        super().__init__()
        self.text, self.tags, self._stack = "", set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._stack.append(dict(attrs))

    def handle_endtag(self, tag):
        self._stack.pop()

    def handle_data(self, data):
        if self._stack and "data-words" in self._stack[-1]:
            self.text += data


@pytest.fixture(scope="module")
def render():
    """The macro of the conversation's page."""
    app = Flask(__name__)
    app.register_blueprint(blueprint)
    template = '{% from "console/_macros.html" import highlighted with context %}{{ highlighted(parts) }}'

    def rendered(text, mentions):
        with app.test_request_context():
            return render_template_string(template, parts=segments(text, mentions), w=wording)

    return rendered


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@example("<script>alert(1)</script> & \"quoted\" 'too'", [])
@example("&lt;b&gt; fever", [{"finding": "<i>x", "status": "<u>", "start": 0, "end": 5}])
@given(ANY_TEXT, MENTIONS)
def test_the_page_shows_the_text_as_it_was_written_and_no_tag_of_its_own(render, text, mentions):
    reader = Reader()
    reader.feed(render(text, mentions))
    reader.close()

    assert reader.text == text
    assert reader.tags <= {"mark", "span"}
