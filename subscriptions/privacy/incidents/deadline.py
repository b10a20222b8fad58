"""The 72 hours in which the authority is told (GDPR Article 33(1))."""

from dataclasses import dataclass
from datetime import datetime, timedelta

HOURS = 72
REMIND_AT = (48, 24, 6, 0)  # hours that are left


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when the authority has to know; counted from when the incident was noticed."""

    due_at: datetime
    left: timedelta

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return self.left <= timedelta(0)

    @property
    def hours(self) -> int:
        """Whole hours that are left, or that it is over."""
        return int(abs(self.left) / timedelta(hours=1))

    @property
    def reminders(self) -> int:
        """How many reminders should have gone out by now."""
        return sum(self.left <= timedelta(hours=hours) for hours in REMIND_AT)


def deadline_of(noticed_at: datetime, now: datetime) -> Deadline:
    """The deadline of what was noticed then, seen from ``now``."""
    due_at = noticed_at + timedelta(hours=HOURS)
    return Deadline(due_at, due_at - now)
