"""Tests through the edge: HTTP, the command line, real processes."""
