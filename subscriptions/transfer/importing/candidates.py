"""A row of a file becomes somebody to take over, or a reason why not. Asks the store nothing."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import NamedTuple

from subscriptions.core import clock
from subscriptions.core.addresses import InvalidAddress, mask, parse_address
from subscriptions.newsletters.fields import PROFILE_FIELDS, ProfileField
from subscriptions.newsletters.shown import TopicChoice
from subscriptions.transfer.importing import columns as targets
from subscriptions.transfer.importing.outcomes import Outcome
from subscriptions.transfer.importing.plans import EARLIEST, Mode, Plan

BETWEEN = re.compile(r"[\s,;|]+")
GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
FIRST_MOMENT = datetime.combine(EARLIEST, time(), UTC)


class Candidate(NamedTuple):
    """Somebody whom a row names. ``number`` is the row's place in the file, from 0."""

    number: int
    address: str
    key: str
    locale: str
    topics: tuple[TopicChoice, ...]
    profile: dict[str, str]
    consented_at: datetime | None
    evidence: str | None


class LeftOut(NamedTuple):
    """A row that is not taken over, with the reason; the address is masked."""

    number: int
    outcome: Outcome
    shown: str


def left_out(person: Candidate, outcome: Outcome) -> LeftOut:
    """The row of somebody who is not taken over for a reason that it doesn't show by itself."""
    return LeftOut(person.number, outcome, mask(person.address))


@dataclass(frozen=True, slots=True)
class Offer:
    """What the newsletter offers: its topics by slug, and its languages, the first by default."""

    topics: Mapping[str, TopicChoice]
    languages: Sequence[str]


Cells = Sequence[str]
Reader = Callable[[int, Cells | None], Candidate | LeftOut]


def reader_of(plan: Plan, offer: Offer) -> Reader:
    """A function from the number of a row and its cells to whom they name."""
    place = plan.columns.get
    email, topics, locale = (
        plan.columns[targets.EMAIL],
        place(targets.TOPICS),
        place(targets.LOCALE),
    )
    fields = [(PROFILE_FIELDS[n], p) for n, p in plan.columns.items() if n in PROFILE_FIELDS]
    day = datetime.combine(plan.consented_on, time(), UTC) if plan.consented_on else None
    needed, latest = plan.mode is Mode.CONSENTED, clock.now()
    moment, evidence = place(targets.CONSENTED_AT), place(targets.EVIDENCE)

    def read(number: int, cells: Cells | None) -> Candidate | LeftOut:
        if cells is None:
            return LeftOut(number, Outcome.ERASED, "")
        text = cells[email]
        if text.lstrip().startswith("="):
            return LeftOut(number, Outcome.FORMULA, "")
        try:
            address = parse_address(text)
        except InvalidAddress:
            return LeftOut(number, Outcome.NO_ADDRESS, "")
        try:
            return Candidate(
                number,
                address.display,
                address.key,
                offer.languages[0] if locale is None else _language(cells[locale], offer),
                () if topics is None else _topics(cells[topics], offer),
                _profile(cells, fields) if fields else {},
                day if moment is None else _moment(cells[moment], day, latest, needed=needed),
                None if evidence is None else _plain(cells[evidence], 500),
            )
        except _NotSoError as error:
            return LeftOut(number, error.outcome, mask(address.display))

    return read


class _NotSoError(Exception):
    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__()


def _language(text: str, offer: Offer) -> str:
    """The newsletter's language that the text names, or its first one: no reason to turn away."""
    wanted = text.strip().replace("_", "-").casefold()
    for language in offer.languages:
        if wanted == language.casefold():
            return language
    return offer.languages[0]


def _topics(text: str, offer: Offer) -> tuple[TopicChoice, ...]:
    slugs = [slug for slug in BETWEEN.split(text.strip().casefold()) if slug]
    if any(slug not in offer.topics for slug in slugs):
        raise _NotSoError(Outcome.TOPIC)
    return tuple(offer.topics[slug] for slug in dict.fromkeys(slugs))


def _profile(cells: Cells, fields: Sequence[tuple[ProfileField, int]]) -> dict[str, str]:
    found = {}
    for field, place in fields:
        lines = field.input_type == "textarea"
        if value := _plain(cells[place], field.max_length, lines=lines):
            found[field.name] = value
    return found


def _plain(text: str, longest: int, *, lines: bool = False) -> str:
    value = text.replace("\r\n", "\n").strip()
    line = value.replace("\n", "") if lines else value
    if len(value) > longest or not line.isprintable():
        raise _NotSoError(Outcome.FIELD)
    return value


def _moment(
    text: str, otherwise: datetime | None, latest: datetime, *, needed: bool
) -> datetime | None:
    """When somebody agreed; what holds for everybody if the cell is empty."""
    if not text.strip():
        if needed and otherwise is None:
            raise _NotSoError(Outcome.MOMENT)
        return otherwise
    moment = _parsed(text.strip())
    if moment is None or not FIRST_MOMENT <= moment <= latest:
        raise _NotSoError(Outcome.MOMENT)
    return moment


@lru_cache(maxsize=4096)
def _parsed(text: str) -> datetime | None:
    """ISO 8601, or a day as 31.12.2024; what has no zone is in UTC.

    12/11/2024 is not read: nobody can say which of them is the month.
    """
    if day := GERMAN_DAY.fullmatch(text):
        text = f"{day[3]}-{day[2]:0>2}-{day[1]:0>2}"
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
