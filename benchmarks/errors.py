"""What can stop a bench: one error, with a sentence for the person who started it."""


class BenchError(Exception):
    """A measurement could not be made; the message says why and what to do."""
