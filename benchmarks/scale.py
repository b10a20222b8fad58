"""How long and how large a bench is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Seconds of a load, rounds of which the middle counts, people held, imported and purged.

    `most_per_second` bounds how many requests are made ready for one second of load.
    """

    seconds: int
    rounds: int
    few: int
    many: int
    imported: int
    expired: int
    most_per_second: int = 3_000

    @property
    def per_load(self) -> int:
        """Requests made ready for one load."""
        return self.seconds * self.most_per_second


FULL = Scale(seconds=4, rounds=3, few=1_000, many=1_000_000, imported=1_000_000, expired=1_000_000)
QUICK = Scale(seconds=2, rounds=1, few=1_000, many=20_000, imported=100_000, expired=60_000)
