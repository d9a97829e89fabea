"""Text messages through Twilio: signed webhooks in, the outbox's sender out."""
