"""`assess`: the five stages in a row, for one language or, where a text mixes them, for both."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.triage import answers
from bot.triage.assessment import FIRING, Assessment, Context, Disposition, Measurement, Mention, RuleHit
from bot.triage.clauses import Reading, read_clauses
from bot.triage.lexicon import LANGUAGES, Lexicon, Stratum, language_marks, load_lexicon
from bot.triage.matching import Events, Matcher, SignMatch
from bot.triage.measurements import Readings, read_measurements
from bot.triage.normalise import Normaliser, Token
from bot.triage.protocol import Protocol, load_protocol
from bot.triage.reader import Clauses, Doubt, SecondReader, doubts_about, load_reader
from bot.triage.reader.doubts import load_thresholds
from bot.triage.rules import Found, decide, meaning_of_measurement, meaning_of_sign
from bot.triage.spelling import Speller
from bot.triage.status import StatusReader, Verdict
from bot.triage.timing import Timing


@dataclass(slots=True)
class _Language:
    """The machinery of one language, built once."""

    lexicon: Lexicon
    normaliser: Normaliser
    matcher: Matcher


@dataclass(slots=True)
class _Judged:
    """A sign in the text with its verdict; `hours` is how long the text says that it has lasted."""

    match: SignMatch
    verdict: Verdict
    start: int
    end: int
    hours: float | None


@dataclass(slots=True)
class _Read:
    """All that one language's stages found in a text."""

    tokens: list[Token]
    readings: Readings
    judged: list[_Judged]
    numbers: list[tuple[Measurement, Verdict]]
    answer: str | None
    bare: bool
    clauses: Clauses


_build_lock = threading.Lock()


@lru_cache(maxsize=4)
def _language(name: str) -> _Language:
    with _build_lock:
        lexicon = load_lexicon(name)
        return _Language(lexicon, Normaliser(lexicon, Speller(name, lexicon.vocabulary)), Matcher(lexicon))


@lru_cache(maxsize=4)
def _marks(name: str) -> frozenset[str]:
    """The small words of a language; one that nobody writes in is not compiled for them."""
    return language_marks(name)


def assess(text: str, context: Context | None = None, reader: SecondReader | None = None) -> Assessment:
    """Read one message. Never raises for any text; the same text and context always give the same assessment.

    `reader` takes the place of the trained second reader.
    """
    context = context or Context()
    protocol = load_protocol()
    reads = [_read(text, name, context, protocol) for name in _languages_of(text, context)]
    return _conclude(text, reads, context, protocol, reader or load_reader())


def clauses_of(text: str, context: Context) -> Clauses:
    """What a second reader would be given of this message; for training it."""
    return _read(text, _languages_of(text, context)[0], context, load_protocol()).clauses


def _languages_of(text: str, context: Context) -> list[str]:
    """The languages to read the text in: the one that its small words are in, both when it mixes them."""
    words = {word.strip(".,;:!?¡¿()\"'") for word in text.lower().split()[:400]}
    counts = {name: len(words & _marks(name)) for name in LANGUAGES}
    other = "es" if context.language == "en" else "en"
    switch = counts[other] > counts[context.language] and counts[other] >= 2
    first, second = (other, context.language) if switch else (context.language, other)
    return [first, second] if counts[second] >= 2 and counts[second] * 3 >= counts[first] else [first]


def _read(text: str, name: str, context: Context, protocol: Protocol) -> _Read:
    language = _language(name)
    lexicon = language.lexicon
    tokens = language.normaliser.tokens(text)
    readings = read_measurements(text, tokens, lexicon, context)
    reading = read_clauses(tokens, lexicon)
    events = language.matcher.events(reading)
    matches = _match(reading, events, language.matcher, context, protocol, lexicon)
    timing = Timing(reading, lexicon)
    status = StatusReader(reading, events, matches, lexicon, timing, context)
    judged = []
    for match in matches:
        if match.sign.startswith("sign:"):
            first, last = reading.words[match.start].token, reading.words[match.end - 1].token
            judged.append(_Judged(match, status.judge(match), first.start, last.end, timing.hours(match.clause)))
    numbers = [(m, _judge_number(m, reading, status)) for m in readings.measurements]
    return _Read(
        tokens,
        readings,
        judged,
        numbers,
        answers.yes_or_no(tokens, lexicon, context.asked),
        answers.bare(tokens, lexicon),
        _clauses(reading, events, status.unread(_firing(judged)), context, name),
    )


def _firing(judged: list[_Judged]) -> frozenset[int]:
    """The words of the mentions that fire."""
    return frozenset().union(*(item.match.words for item in judged if item.verdict.status in FIRING))


def _clauses(
    reading: Reading, events: dict[int, Events], unread: frozenset[int], context: Context, language: str
) -> Clauses:
    """The message as the second reader sees it."""
    stems: dict[int, list[str]] = {}
    words: dict[int, list[str]] = {}
    for index, word in enumerate(reading.words):
        if index not in unread and word.stratum is not Stratum.ALL:
            stems.setdefault(word.clause, []).append(word.token.stem)
            words.setdefault(word.clause, []).append(word.token.word)
    concepts = []
    for clause in stems:
        found = events.get(clause, {})
        concepts.append(
            frozenset(
                name
                for name, places in found.items()
                if name[0] not in "="
                and not name.startswith("cue:")
                and not all(place.words <= unread for place in places)
            )
        )
    return Clauses(
        tuple(tuple(part) for part in stems.values()),
        tuple(tuple(part) for part in words.values()),
        tuple(concepts),
        context.asked,
        language,
    )


def _match(
    reading: Reading,
    events: dict[int, Events],
    matcher: Matcher,
    context: Context,
    protocol: Protocol,
    lexicon: Lexicon,
) -> list[SignMatch]:
    """The signs and idioms of every clause; a clause about "it" inherits the body part of the one before."""
    asked_topics = protocol.answers.get(context.asked or "", (None, ()))[1]
    body = lexicon.classes.get("body", frozenset())
    topics: tuple[str, ...] = asked_topics
    found: dict[tuple[str, int, int], SignMatch] = {}
    for clause in sorted(events):
        here = events[clause]
        mentioned = tuple(name for name in body if name in here)
        for match in matcher.signs(reading, here, clause, () if mentioned else topics):
            key = (match.sign, match.start, match.end)
            known = found.get(key)
            # Two lines that match the same stretch may use different words of it; a "not" that either uses is used.
            found[key] = match if known is None else replace(known, words=known.words | match.words)
        figurative = {word for match in found.values() if match.sign == "idiom" for word in match.words}
        topics = tuple(name for name in mentioned if any(event.words - figurative for event in here[name])) or topics
    return _without_covered(list(found.values()), lexicon)


def _without_covered(matches: list[SignMatch], lexicon: Lexicon) -> list[SignMatch]:
    """Drop a sign where a stronger one, which the lexicon puts over it, uses some of the same words."""
    at_word: dict[int, set[str]] = defaultdict(set)
    for match in matches:
        weaker = lexicon.over.get(match.sign.removeprefix("sign:"), frozenset())
        for word in match.words if weaker else ():
            at_word[word] |= weaker
    kept = [m for m in matches if not any(m.sign.removeprefix("sign:") in at_word[word] for word in m.words)]
    return sorted(kept, key=lambda m: (m.start, m.end, m.sign))


def _judge_number(measurement: Measurement, reading: Reading, status: StatusReader) -> Verdict:
    indexes = [
        index
        for index, word in enumerate(reading.words)
        if word.token.start < measurement.end and word.token.end > measurement.start
    ]
    if not indexes:
        return Verdict("present")
    clause = reading.words[indexes[0]].clause
    pseudo = SignMatch("sign:number", clause, indexes[0], indexes[-1] + 1, frozenset(indexes), "")
    return status.judge_number(pseudo)


def _conclude(
    text: str, reads: list[_Read], context: Context, protocol: Protocol, reader: SecondReader | None
) -> Assessment:
    judged = [item for read in reads for item in read.judged]
    facts = frozenset(
        item.match.sign.removeprefix("sign:")
        for item in judged
        if item.verdict.status in (*FIRING, "unchanged") and item.match.sign.removeprefix("sign:") in protocol.facts
    )
    facts |= frozenset({"risk_told"} if context.risks else ())
    signs = frozenset(item.match.sign.removeprefix("sign:") for item in judged if item.verdict.status in FIRING)
    mentions: list[Mention] = []
    found: list[Found] = []
    measured_rules: list[RuleHit] = []
    for item in judged:
        sign = item.match.sign.removeprefix("sign:")
        hours = item.hours
        finding = meaning_of_sign(sign, context, hours, facts | signs, protocol)
        if finding is None:
            continue
        status = item.verdict.status
        if status == "resolved" and item.verdict.cue and protocol.findings[finding].level < Disposition.URGENT:
            status = "present" if item.verdict.cue.startswith(("go", "lasted")) else "historical"
        mentions.append(Mention(finding, status, text[item.start : item.end], item.start, item.end, item.verdict.cue))
        if status in FIRING:
            found.append(Found(finding, status == "resolved", item.verdict.hours_ago))
        elif status == "unchanged" and finding in ("leg_weakness", "leg_numbness", "leg_paralysis"):
            found.append(Found("chronic_leg_signs"))
    measurements = _unique(m for read in reads for m in read.readings.measurements)
    verdicts = {(m.kind, m.start): verdict for read in reads for m, verdict in read.numbers}
    for measurement in measurements:
        meaning = meaning_of_measurement(measurement, context, protocol)
        if meaning is None:
            continue
        verdict = verdicts[measurement.kind, measurement.start]
        finding = meaning[0]
        mentions.append(
            Mention(finding, verdict.status, measurement.text, measurement.start, measurement.end, verdict.cue)
        )
        if verdict.status in FIRING:
            found.append(Found(finding, verdict.status == "resolved", verdict.hours_ago))
    answer = next((read.answer for read in reads if read.answer), None)
    is_bare = all(read.bare for read in reads)
    for finding in _from_answer(context, answer, is_bare, bool(found), protocol):
        mentions.append(Mention(finding, "present", text, 0, len(text), "answer"))
        found.append(Found(finding))
    found = _measured_over_felt(found, measurements, context, protocol)
    level, rules, page = decide(found, facts, context, protocol)
    doubts, ask = _question(reads, context, level)
    if not doubts and reader is not None and not (is_bare and answer):
        doubt = doubts_about(
            reader.read(reads[0].clauses),
            level,
            frozenset(item.finding for item in found),
            protocol,
            load_thresholds(),
            frozenset({"fever", "high_fever"}) if any(m.kind == "temperature_f" for m in measurements) else frozenset(),
        )
        if doubt is not None:
            doubts, ask = doubt.findings, protocol.findings[doubt.findings[0]].question[context.language]
            if doubt.strong:
                level, rules = Disposition.URGENT, (*rules, _strong(doubt))
    return Assessment(
        disposition=level,
        findings=_tidy(mentions),
        rules=(*rules, *measured_rules),
        doubts=doubts,
        ask=ask,
        measurements=tuple(measurements),
        answers=answers.answered_items(context.asked, answer, tuple(measurements)),
        page_on_call=page,
        understood=any(token.kind in ("word", "number") for read in reads for token in read.tokens),
        protocol=protocol.name,
    )


def _measured_over_felt(
    found: list[Found], measurements: list[Measurement], context: Context, protocol: Protocol
) -> list[Found]:
    """A fever that was measured as high is that one finding; soreness gives way to a pain score that says more."""
    ids = {item.finding for item in found}
    drop: set[str] = set()
    if "high_fever" in ids:
        drop |= {"low_grade_temp"}
    if "fever" in ids or "high_fever" in ids:
        drop |= {"low_grade_temp"}
    if ids & {"severe_pain", "moderate_pain"}:
        drop |= {"expected_soreness"}
    return [item for item in found if item.finding not in drop]


def _from_answer(
    context: Context, answer: str | None, is_bare: bool, something_found: bool, protocol: Protocol
) -> list[str]:
    """What a yes to the question just asked stands for, unless the words after it say it better."""
    if answer != answers.YES or not context.asked:
        return []
    if context.asked.startswith("doubt:"):
        finding: str | None = context.asked.removeprefix("doubt:")
    else:
        finding = protocol.answers[context.asked][0]
    if finding is None or finding not in protocol.findings:
        return []
    if context.asked in ("medicine", "anything_else") and (something_found or not is_bare):
        return [] if something_found else [finding]
    return [finding]


def _question(reads: list[_Read], context: Context, level: Disposition) -> tuple[tuple[str, ...], str | None]:
    """One question when a number cannot be read for what it is."""
    for read in reads:
        value = read.readings.unclear_temperature
        if value is not None and level < Disposition.URGENT:
            said = {
                "en": "Did you mean {v}? Please send your temperature again, like 98.6.",
                "es": "¿Quiso decir {v}? Mande su temperatura otra vez, como 98.6.",
            }
            finding = "high_fever" if value >= 103 else "fever" if value >= 100.4 else "low_grade_temp"
            return (finding,) if value >= 99.5 else (), said[context.language].format(v=f"{value:g}")
        if read.readings.unclear_pain and level < Disposition.URGENT:
            asked = {
                "en": "Please send a number from 0 (no pain) to 10 (the worst).",
                "es": "Mande un numero de 0 (nada) a 10 (lo peor).",
            }
            return ("severe_pain",), asked[context.language]
    return (), None


def _strong(doubt: Doubt) -> RuleHit:
    """A doubt so strong that it counts as urgent until the patient has answered."""
    return RuleHit(
        "reader.strong_doubt", Disposition.URGENT, "second reader (data/reader/thresholds.yml)", doubt.findings
    )


def _unique(measurements) -> list[Measurement]:  # type: ignore[no-untyped-def]
    return list({(m.kind, m.start): m for m in measurements}.values())


def _tidy(mentions: list[Mention]) -> tuple[Mention, ...]:
    """Mentions in order of place; of the same finding and status over the same words only the longest."""
    kept: list[Mention] = []
    reached: dict[tuple[str, str], int] = {}
    for mention in sorted(mentions, key=lambda m: (m.start, -(m.end - m.start))):
        key = (mention.finding, mention.status)
        if mention.end > reached.get(key, -1):
            kept.append(mention)
            reached[key] = mention.end
    return tuple(kept)
