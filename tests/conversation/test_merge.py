"""Two readings made into one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.merge import merge
from bot.triage import Assessment, Disposition, Mention, RuleHit

MENTIONS = st.builds(
    lambda finding, status, start: Mention(finding, status, "words", start, start + 5),
    st.sampled_from(["fever", "chest_pain", "leg_weakness"]),
    st.sampled_from(["present", "negated", "hypothetical"]),
    st.integers(0, 3),
)
RULES = st.builds(
    lambda name, level: RuleHit(f"finding.{name}", level, "S1", (name,)),
    st.sampled_from(["fever", "chest_pain"]),
    st.sampled_from(Disposition),
)
ASSESSMENTS = st.builds(
    Assessment,
    disposition=st.sampled_from(Disposition),
    findings=st.lists(MENTIONS, max_size=4).map(tuple),
    rules=st.lists(RULES, max_size=3).map(tuple),
    doubts=st.lists(st.sampled_from(["fever", "severe_pain"]), max_size=2).map(tuple),
    ask=st.none() | st.just("Did you mean 101.2?"),
    page_on_call=st.booleans(),
    protocol=st.just("vertebroplasty@1.0.0"),
)


@given(ASSESSMENTS, ASSESSMENTS)
def test_the_higher_level_counts_and_nothing_found_is_lost(screen, agent):
    merged = merge(screen, agent)
    assert merged.disposition == max(screen.disposition, agent.disposition)
    assert set(merged.present) == set(screen.present) | set(agent.present)
    assert {rule.id for rule in merged.rules} == {rule.id for rule in (*screen.rules, *agent.rules)}
    assert set(merged.doubts) == set(screen.doubts) | set(agent.doubts)
    assert merged.page_on_call == (screen.page_on_call or agent.page_on_call)


@given(ASSESSMENTS)
def test_agreement_changes_nothing_and_silence_leaves_the_screen(screen):
    assert merge(screen, screen).present == screen.present
    assert merge(screen, None) is screen
