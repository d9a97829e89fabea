"""Whether an address may be written to."""

from __future__ import annotations

from bot.records import consents
from tests.factories import NOW


def say(session, status, address="+15550100123", channel="sms"):
    consents.record(session, channel=channel, address=address, status=status, source="keyword", now=NOW)


def test_an_address_of_which_nothing_was_said_may_be_written_to(session):
    assert not consents.is_opted_out(session, "sms", "+15550100123")


def test_the_newest_word_counts(session):
    say(session, consents.OPTED_OUT)
    assert consents.is_opted_out(session, "sms", "+15550100123")
    say(session, consents.OPTED_IN)
    assert not consents.is_opted_out(session, "sms", "+15550100123")


def test_opting_out_holds_for_that_address_on_that_channel(session):
    say(session, consents.OPTED_OUT)
    assert not consents.is_opted_out(session, "web", "+15550100123")
    assert not consents.is_opted_out(session, "sms", "+15550100124")
