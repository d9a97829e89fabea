"""Two readings of one message made into one: the higher level counts, and nothing that either found is lost."""

from __future__ import annotations

from dataclasses import replace

from bot.triage import Assessment


def merge(screen: Assessment, agent: Assessment | None) -> Assessment:
    """The reading to act on. `screen` is our own, made without the agent; `agent` is None where it gave none."""
    if agent is None:
        return screen
    seen = {(m.finding, m.status, m.start, m.end) for m in screen.findings}
    rules = {rule.id for rule in screen.rules}
    return replace(
        screen,
        disposition=max(screen.disposition, agent.disposition),
        findings=(
            *screen.findings,
            *(m for m in agent.findings if (m.finding, m.status, m.start, m.end) not in seen),
        ),
        rules=(*screen.rules, *(rule for rule in agent.rules if rule.id not in rules)),
        doubts=tuple(dict.fromkeys((*screen.doubts, *agent.doubts))),
        ask=screen.ask or agent.ask,
        answers={**agent.answers, **screen.answers},
        page_on_call=screen.page_on_call or agent.page_on_call,
        understood=screen.understood and agent.understood,
        protocol=screen.protocol or agent.protocol,
    )
