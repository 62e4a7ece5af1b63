"""Texts and calls, out and in: the outbox, the inbox, every text we send, the gateway to Twilio, its webhooks."""
