"""Outgoing mail: the outbox, rendering, headers, transport, the local mailbox."""
