"""Backup and restore: a consistent copy, and no return of who has been erased."""
