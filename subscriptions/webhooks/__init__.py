"""Webhooks: other machines are told that something happened, and nothing of whom it happened to."""
