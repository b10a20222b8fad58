"""What an operator wants with a file: what its columns are, and what the import rests on (MG7)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from flask_babel.speaklater import LazyString

from subscriptions.core import clock
from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _
from subscriptions.transfer.importing.columns import CONSENTED_AT

MAX_EVIDENCE = 1_000  # characters
MAX_WORDING = 5_000
PER_MINUTE = 60
MOST_PER_MINUTE = 600
EARLIEST = date(1990, 1, 1)


class Mode(StrEnum):
    """What becomes of the people."""

    INVITE = "invite"  # each gets the mail of a double opt-in
    CONSENTED = "consented"  # they have agreed elsewhere


class How(StrEnum):
    """How people have agreed elsewhere."""

    DOUBLE_OPT_IN = "double_opt_in"
    WEB_FORM = "web_form"
    PAPER = "paper"
    SPOKEN = "spoken"


HOW: dict[str, LazyString] = {
    How.DOUBLE_OPT_IN: _("They confirmed by mail, in another system"),
    How.WEB_FORM: _("They ticked a box on another web page"),
    How.PAPER: _("They signed on paper"),
    How.SPOKEN: _("They said so, and it was noted"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """``columns`` are places from 0 by what they are; ``wording`` is what people agree to.

    ``how``, ``evidence`` and ``consented_on`` belong to consent given elsewhere: in which way,
    where the proof of it is, and on which day where no column says that for each person. At most
    ``per_minute`` people are invited in a minute.
    """

    mode: Mode
    columns: Mapping[str, int]
    wording: str
    how: How | None = None
    evidence: str = ""
    consented_on: date | None = None
    per_minute: int = PER_MINUTE

    def as_json(self) -> dict[str, Any]:
        """The plan as it is kept."""
        day = self.consented_on.isoformat() if self.consented_on else None
        return asdict(self) | {"columns": dict(self.columns), "consented_on": day}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The plan that was kept so."""
        day = kept["consented_on"]
        return cls(
            **{
                **kept,
                "mode": Mode(kept["mode"]),
                "how": How(kept["how"]) if kept["how"] else None,
                "consented_on": date.fromisoformat(day) if day else None,
            }
        )

    def check(self) -> None:
        """Raise :class:`Invalid` if the plan does not say what it has to."""
        if not self.wording.strip() or len(self.wording) > MAX_WORDING:
            raise Invalid(_("Say which wording people agree to, in up to 5,000 characters."))
        if not 1 <= self.per_minute <= MOST_PER_MINUTE:
            raise Invalid(_("Between 1 and 600 people can be invited in a minute."))
        if self.mode is Mode.CONSENTED:
            self._check_evidence()

    def _check_evidence(self) -> None:
        if self.how is None or not self.evidence.strip() or len(self.evidence) > MAX_EVIDENCE:
            raise Invalid(
                _("Say how people have agreed and where the proof of it is. It is kept with each.")
            )
        if self.consented_on is None and CONSENTED_AT not in self.columns:
            raise Invalid(_("Say when people have agreed: a day for all, or a column of days."))
        if self.consented_on and not EARLIEST <= self.consented_on <= clock.today():
            raise Invalid(_("The day on which people have agreed can't be in the future."))
