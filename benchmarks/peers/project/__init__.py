"""The minimal Django project around a peer; run inside the peer's own environment."""
