"""What every table shares: UTC time, and text that any database can keep."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from bot.records import audit
from bot.records.models import AuditEvent
from bot.records.models.base import storable, storable_json
from tests.factories import NOW

#: Any text at all: lone surrogates and NUL as well.
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))
#: Whole numbers and halves: what JSON keeps exactly everywhere.
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(ANY_TEXT)
def test_storable_text_keeps_its_length_and_all_that_can_be_kept(text):
    kept = storable(text)
    assert len(kept) == len(text)
    assert "\x00" not in kept
    kept.encode("utf-8")
    assert all(a == b for a, b in zip(text, kept, strict=True) if b != "\ufffd")


@given(detail=st.dictionaries(ANY_TEXT, ANY_JSON, max_size=3))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_json_can_be_stored(session, detail):
    audit.record(session, actor="system:test", action="tested", entity="nothing", entity_id=1, detail=detail, now=NOW)
    session.flush()
    event = session.query(AuditEvent).order_by(AuditEvent.id.desc()).first()
    session.refresh(event)
    assert event.detail == storable_json(detail)


def test_a_moment_comes_back_in_utc_whatever_zone_it_was_given_in(session):
    given_at = NOW.astimezone(timezone(timedelta(hours=5)))
    audit.record(session, actor="system:test", action="tested", entity="nothing", entity_id=1, now=given_at)
    session.flush()
    event = session.query(AuditEvent).one()
    session.refresh(event)
    assert event.recorded_at == NOW
    assert event.recorded_at.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(session):
    audit.record(
        session, actor="system:test", action="tested", entity="nothing", entity_id=1, now=datetime(2026, 3, 10)
    )
    with pytest.raises(StatementError, match="naive"):
        session.flush()
