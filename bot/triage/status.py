"""Stage 4: what each mention means: present, denied, over, old, supposed, somebody else's, or a figure of speech.

The method is ConText's (Harkema 2009): cue words rule a stretch of text, bounded by clauses. The cues are data
(`cues` in the lexicon); this module only knows how far each kind reaches.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.triage.assessment import Context
from bot.triage.clauses import Reading
from bot.triage.lexicon import Lexicon, Stratum
from bot.triage.matching import Event, Events, SignMatch
from bot.triage.timing import Timing

#: A denial by verb ("don't have …") reaches this many content words; a list of denials goes on from segment to segment.
VERB_REACH = 6
LIST_REACH = 9
#: What has lasted longer than this (hours) is old; the procedure was later.
LONG_AGO = 24.0 * 90
#: "way past where it was before they did it": so many words may stand between a comparison and its "before".
COMPARED_REACH = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status of one mention, the words that decided it, and how long ago it was (hours; None if not said)."""

    status: str
    cue: str | None = None
    hours_ago: float | None = None


class StatusReader:
    """Judges the sign matches of one text."""

    def __init__(
        self,
        reading: Reading,
        events: dict[int, Events],
        matches: list[SignMatch],
        lexicon: Lexicon,
        timing: Timing,
        context: Context,
    ) -> None:
        self._reading = reading
        self._events = events
        self._lexicon = lexicon
        self._timing = timing
        self._context = context
        self._used: set[int] = set()
        for match in matches:
            if match.sign.startswith("sign:"):
                self._used |= match.words
        self._idioms = [match for match in matches if match.sign == "idiom"]
        self._segment_of: dict[int, int] = {}
        self._ranges: dict[int, range] = {}
        for segment in reading.segments:
            began = self._ranges.get(segment.clause, range(segment.first, segment.first))
            self._ranges[segment.clause] = range(began.start, segment.last)
        for number, segment in enumerate(reading.segments):
            for index in range(segment.first, segment.last):
                self._segment_of[index] = number
        self._self_is_patient = self._says_self_is_patient()

    def judge(self, match: SignMatch) -> Verdict:
        """The verdict on one sign match; the first that applies of the protocol's table, most telling first."""
        for idiom in self._idioms:
            if idiom.clause == match.clause and idiom.words & match.words:
                return Verdict("figurative", self._text(idiom.start, idiom.end))
        if match.sign.removeprefix("sign:") in self._lexicon.requests:
            return Verdict("present")
        for check in (self._other_person, self._negated, self._hypothetical, self._unchanged, self._historical):
            verdict = check(match)
            if verdict is not None:
                return verdict
        return self._now_or_over(match)

    def judge_number(self, match: SignMatch) -> Verdict:
        """The verdict on a measurement: a number is not denied by a "no" that only begins the answer ("no wait, 8")."""
        for check in (self._other_person, self._hypothetical, self._historical):
            verdict = check(match)
            if verdict is not None:
                return verdict
        if self._is_bare_question(match.clause):
            return Verdict("hypothetical", "?")
        return self._now_or_over(match)

    def _is_bare_question(self, clause: int) -> bool:
        """ "101? 102?" after a question about the thermometer: nothing but the number, and a question mark."""
        words = self._clause_words(clause)
        return clause in self._reading.questions and len(words) <= 2 and (clause - 1) in self._reading.questions

    def unread(self, firing: frozenset[int]) -> frozenset[int]:
        """The words that are denied by a list, supposed, past or somebody else's: what a second reader must not see.

        Words of mentions that fire (`firing`) always stay.
        """
        left_out: set[int] = {word for idiom in self._idioms for word in idiom.words}
        for segment in self._reading.segments:
            span = range(segment.first, segment.last)
            content = [index for index in span if self._reading.words[index].stratum is Stratum.CONTENT]
            if not content:
                continue
            whole = SignMatch("", segment.clause, content[-1], content[-1] + 1, frozenset({content[-1]}), "")
            if any(c(whole) for c in (self._other_person, self._hypothetical, self._historical, self._unchanged)):
                left_out |= set(span)
                continue
            for cue in self._cues(segment.clause, "negation"):
                if self._reading.words[cue.start].token.word not in self._lexicon.grammar["list_negators"]:
                    continue
                if cue.words & self._used or any(
                    cue.words & other.words for other in self._cues(segment.clause, "not_negation")
                ):
                    continue
                left_out |= {i for i in content if i >= cue.end and self._reaches(cue, whole, i)} | set(cue.words)
        return frozenset(left_out - firing)

    # -- helpers -------------------------------------------------------------------------------------------------

    def _cues(self, clause: int, kind: str) -> list[Event]:
        return self._events.get(clause, {}).get(f"cue:{kind}", [])

    def _has(self, clause: int, kind: str) -> bool:
        return bool(self._cues(clause, kind))

    def _text(self, start: int, end: int) -> str:
        return " ".join(word.token.word for word in self._reading.words[start:end])

    def _between(self, left: int, right: int) -> list[str]:
        """All words between word `left` and word `right`."""
        return [word.token.word for word in self._reading.words[left + 1 : right]]

    def _clause_words(self, clause: int) -> range:
        return self._ranges.get(clause, range(0))

    def _all_words_of(self, clause: int) -> set[str]:
        return {self._reading.words[index].token.word for index in self._clause_words(clause)}

    # -- negation ------------------------------------------------------------------------------------------------

    def _negated(self, match: SignMatch) -> Verdict | None:
        blocked = self._cues(match.clause, "not_negation")
        for cue in self._cues(match.clause, "negation"):
            if cue.words & self._used or any(cue.words & other.words for other in blocked):
                continue
            ruled = min((word for word in match.words if word >= cue.end), default=None)
            if ruled is not None and self._reaches(cue, match, ruled):
                return Verdict("negated", self._text(cue.start, cue.end))
        for cue in self._cues(match.clause, "negation_after"):
            if cue.start < match.end or cue.words & self._used or any(cue.words & other.words for other in blocked):
                continue
            if self._closes(cue, match) and not self._doubles(cue, match):
                return Verdict("negated", self._text(cue.start, cue.end))
        return self._answered_no(match) or self._none_of_them(match)

    def _none_of_them(self, match: SignMatch) -> Verdict | None:
        """ "… some numbness or a weak leg, and i have had neither": a denial of all that was just named."""
        for clause in (match.clause, match.clause + 1):
            for cue in self._cues(clause, "negation_all"):
                if cue.start >= match.end and not cue.words & self._used:
                    return Verdict("negated", self._text(cue.start, cue.end))
        return None

    def _answered_no(self, match: SignMatch) -> Verdict | None:
        """ "chest pain? nope": a short question or heading, and a bare no behind it."""
        following = self._clause_words(match.clause + 1)
        own = self._clause_words(match.clause)
        if not following or len(following) > 2 or len(own) > 5:
            return None
        if all(self._reading.words[index].token.word in self._lexicon.grammar["bare_no"] for index in following):
            return Verdict("negated", self._text(following[0], following[-1] + 1))
        return None

    def _doubles(self, cue: Event, match: SignMatch) -> bool:
        """Whether the denial only repeats one before it: "norco dont help none"."""
        before = {word.token.word for word in self._reading.words[max(match.start - 3, 0) : cue.start]}
        here, there = self._segment_of[match.start], self._segment_of[cue.start]
        return here == there and bool(before & {"not", "never", "no"})

    def _closes(self, cue: Event, match: SignMatch) -> bool:
        """Whether a denial behind the mention belongs to it: "fever, no", "chest pain: none", "fever i do not have"."""
        here, there = self._segment_of[match.end - 1], self._segment_of[cue.start]
        if self._reading.distance(match.end, cue.start) > (3 if here == there else 0):
            return False
        if here == there:
            return True
        segment = self._reading.segments[there]
        return there == here + 1 and self._reading.distance(cue.end, segment.last) == 0

    def _reaches(self, cue: Event, match: SignMatch, ruled: int) -> bool:
        """Whether a denial at `cue` still holds at word `ruled` of the mention."""
        first, last = self._segment_of[cue.end - 1], self._segment_of[ruled]
        word = self._reading.words[cue.end - 1].token.word
        by_list = self._reading.words[cue.start].token.word in self._lexicon.grammar["list_negators"]
        reach = LIST_REACH if by_list else VERB_REACH
        distance = self._reading.distance(cue.end, ruled)
        if first == last:
            if distance > reach:
                return False
        else:
            if distance > LIST_REACH * (last - first + 1):
                return False
            for segment in self._reading.segments[first + 1 : last + 1]:
                if segment.fresh or (segment.joint == "and" and not by_list and word != "not"):
                    return False
        enders = self._cues(match.clause, "scope_end")
        return not any(cue.end <= ender.start < ruled and not ender.words & match.words for ender in enders)

    # -- supposed, asked about -----------------------------------------------------------------------------------

    def _hypothetical(self, match: SignMatch) -> Verdict | None:
        clause = match.clause
        words = self._all_words_of(clause)
        opening = self._reading.words[self._clause_words(clause)[0]].token.word
        asks = (
            self._has(clause, "asks") or clause in self._reading.questions or opening in self._lexicon.grammar["modals"]
        )
        if self._has(clause, "really"):
            return None
        for cue in self._cues(clause, "hypothetical"):
            if cue.words & match.words:
                continue
            if cue.end <= match.start and not self._has_own_statement(cue, match):
                return Verdict("hypothetical", self._text(cue.start, cue.end))
        for cue in self._cues(clause, "if"):
            if cue.words & match.words or cue.start >= match.start:
                continue
            if (asks or self._has(clause, "future") or self._asks_nearby(clause)) and not self._has_own_statement(
                cue, match
            ):
                return Verdict("hypothetical", self._text(cue.start, cue.end))
        for cue in self._cues(clause, "generic_question"):
            if asks and not cue.words & match.words and not self._is_own(match, words):
                return Verdict("hypothetical", self._text(cue.start, cue.end))
        return self._asked_in_general(match, words)

    def _asked_in_general(self, match: SignMatch, words: set[str]) -> Verdict | None:
        """ "Can this leave you paralysed?": a question about what may happen, nothing of the patient's own in it."""
        clause = self._clause_words(match.clause)
        opening = self._reading.words[clause[0]].token.word
        if opening not in self._lexicon.grammar["modals"] or clause[0] in match.words:
            return None
        if match.clause not in self._reading.questions and not self._has(match.clause, "asks"):
            return None
        if words & self._lexicon.grammar["experience"]:
            return None
        return Verdict("hypothetical", opening)

    def _asks_nearby(self, clause: int) -> bool:
        return any(self._has(other, "asks") or other in self._reading.questions for other in (clause - 1, clause + 1))

    def _has_own_statement(self, cue: Event, match: SignMatch) -> bool:
        """Whether a second subject stands between an "if" and the mention: "if i lie flat i cannot breathe"."""
        segments = {self._segment_of[cue.end - 1], self._segment_of[match.start]}
        subjects = 0
        grammar = self._lexicon.grammar
        between = self._between(cue.end - 1, match.start)
        for index, word in enumerate(between):
            if word in grammar["pronouns"] and (index == 0 or between[index - 1] not in grammar["before_object"]):
                subjects += 1
        later = self._reading.segments[min(segments) + 1 : max(segments) + 1]
        fresh = any(segment.fresh and segment.first > cue.end for segment in later)
        listed = any(segment.joint == "list" for segment in later)
        return (subjects >= 2 or fresh) and not listed

    def _is_own(self, match: SignMatch, words: set[str]) -> bool:
        return bool(words & self._lexicon.grammar["own"])

    # -- before the procedure, or old ----------------------------------------------------------------------------

    def _historical(self, match: SignMatch) -> Verdict | None:
        clause = match.clause
        compared = self._cues(clause, "not_before")
        for cue in self._cues(clause, "before_procedure"):
            if cue.words & match.words or any(
                cue.words & other.words or 0 <= cue.start - other.end <= COMPARED_REACH for other in compared
            ):
                continue
            if not self._now_between(cue, match):
                return Verdict("historical", self._text(cue.start, cue.end))
        moment = self._timing.of(match)
        if moment is not None and not (moment.point and self._has(clause, "since_then")):
            day = self._context.day
            limit = (day + 1) * 24 if day is not None else 24 * 60
            if moment.hours_ago is not None and moment.hours_ago > (limit if moment.point else max(limit, LONG_AGO)):
                return Verdict("historical" if moment.point else "unchanged", moment.text, moment.hours_ago)
        return None

    def _now_between(self, cue: Event, match: SignMatch) -> bool:
        low, high = min(cue.end, match.end), max(cue.start, match.start)
        if any(low <= now.start < high for now in self._cues(match.clause, "now")):
            return True
        here, there = self._segment_of[cue.start], self._segment_of[match.start]
        return here != there and any(
            self._segment_of[now.start] == there for now in self._cues(match.clause, "now")
        )

    def _unchanged(self, match: SignMatch) -> Verdict | None:
        """Old and as always, said in the same clause or in a short one right behind it ("… Same as ever.")."""
        if self._has(match.clause, "worse") or self._has(match.clause + 1, "worse"):
            return None
        following = self._clause_words(match.clause + 1)
        behind = [match.clause + 1] if 0 < len(following) <= 9 and not self._used & set(following) else []
        for clause in [match.clause, *behind]:
            for cue in self._cues(clause, "unchanged"):
                if not cue.words & match.words:
                    return Verdict("unchanged", self._text(cue.start, cue.end))
        return None

    # -- somebody else -------------------------------------------------------------------------------------------

    def _says_self_is_patient(self) -> bool:
        return any(self._has(clause, "self_patient") for clause in self._events)

    def _other_person(self, match: SignMatch) -> Verdict | None:
        best: tuple[int, str, Event] | None = None
        for clause in (match.clause, match.clause - 1):
            for kind in ("other_person", "relative", "patient_person"):
                for cue in self._cues(clause, kind):
                    inside = cue.start < match.end if clause == match.clause else True
                    if (
                        not inside
                        or self._is_no_person(cue, clause)
                        or (kind != "other_person" and cue.words & match.words)
                    ):
                        continue
                    if best is None or cue.start > best[0]:
                        best = (cue.start, kind, cue)
            if best is not None:
                break
            if not self._leans_back(match):
                return None
        if best is None:
            return None
        place, kind, cue = best
        if place < match.start and self._self_between(cue, match):
            return None
        if kind == "other_person" or self._self_is_patient:
            return Verdict("other_person", self._text(cue.start, cue.end))
        return None

    def _is_no_person(self, cue: Event, clause: int) -> bool:
        """Whether the person only tells, stands behind a preposition, or is part of another word ("charley horse")."""
        others = self._cues(clause, "not_person")
        return self._reports(cue) or self._is_object(cue) or any(cue.words & other.words for other in others)

    def _reports(self, cue: Event) -> bool:
        """Whether the person only tells or does something for the patient ("my daughter says …")."""
        ahead = {word.token.word for word in self._reading.words[cue.end : cue.end + 3]}
        return bool(ahead & self._lexicon.grammar["reporting"])

    def _is_object(self, cue: Event) -> bool:
        """Whether the person stands behind a preposition ("heard it from my neighbor") and so does nothing here."""
        before = [word.token.word for word in self._reading.words[max(0, cue.start - 2) : cue.start]]
        return (
            (bool(before)
            and before[-1] in self._lexicon.grammar["prepositions"])
            or (
                len(before) == 2
                and before[0] in self._lexicon.grammar["prepositions"]
                and before[1] in self._lexicon.determiners
            )
        )

    def _self_between(self, cue: Event, match: SignMatch) -> bool:
        words = self._between(cue.end - 1, match.end)
        return bool(set(words) & self._lexicon.grammar["self"])

    def _leans_back(self, match: SignMatch) -> bool:
        """Whether the clause goes on about the person of the clause before ("he passed out too")."""
        words = self._clause_words(match.clause)
        return bool(words) and self._reading.words[words[0]].token.word in self._lexicon.grammar["third_person"]

    # -- present, doubtful or over -------------------------------------------------------------------------------

    def _now_or_over(self, match: SignMatch) -> Verdict:
        clause = match.clause
        moment = self._timing.of(match)
        hours = moment.hours_ago if moment else None
        ongoing = self._has(clause, "now") and not self._has(clause, "resolved")
        for other in (clause, clause + 1, clause + 2):
            for cue in self._cues(other, "resolved"):
                if cue.words & match.words or (other == clause and cue.start < match.start):
                    continue
                if other > clause and any(index in self._used for index in range(cue.start, cue.end)):
                    continue
                return Verdict("resolved", self._text(cue.start, cue.end), hours)
        if hours is not None and hours > 24 and not ongoing and self._timing.is_point(match):
            return Verdict("resolved", moment.text if moment else None, hours)
        for cue in self._cues(clause, "uncertain"):
            if cue.start <= match.end and not cue.words & match.words:
                return Verdict("uncertain", self._text(cue.start, cue.end), hours)
        return Verdict("present", None, hours)
