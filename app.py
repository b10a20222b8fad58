"""The WSGI entry point: ``app:app`` for a server, ``--app app`` for the command line."""

from subscriptions import create_app

app = create_app()
