"""Asking experts: offers, the ladder of texts and calls, every answer in every state, backfill."""
