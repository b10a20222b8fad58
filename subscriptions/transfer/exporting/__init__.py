"""Exports on record: asked for, made in pieces, kept for a while, served, and followed up.

``asking`` writes down who wants what and what for; ``making`` makes the file, in a request or in
the worker; ``serving`` hands it out; ``departures`` says who has left since; ``queries`` has the
reads of the pages; ``leftovers`` lets go of what is over.
"""
