"""The shape of a policy file."""

from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from subscriptions.core.client import Recording
from subscriptions.core.periods import Period, may_be_longer
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.privacy.policy.terms import IMPERSONAL, PROFILE, Action, Channel, Trigger

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
ClauseId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]


def _known_field(name: str) -> str:
    if name not in PROFILE_FIELDS:
        raise ValueError(f"there are no fields but {', '.join(PROFILE_FIELDS)}")
    return name


FieldName = Annotated[str, AfterValidator(_known_field)]


class Part(BaseModel):
    """A part of a policy: nothing in it that isn't known, and nothing of it ever changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Controller(Part):
    """Who is responsible (GDPR Article 13(1)(a)). Without it, the settings say who."""

    name: Text
    postal_address: Text
    contact: Text


class Officer(Part):
    """The data protection officer."""

    name: Text
    contact: Text


class Authority(Part):
    """The supervisory authority that complaints go to (GDPR Article 77)."""

    name: Text
    url: AnyHttpUrl


class Recipient(Part):
    """Somebody else who gets data: who, what for, and where."""

    name: Text
    purpose: Text
    location: Text


class RecordingRules(Part):
    """How much of a client is recorded with a consent."""

    client_address: Recording
    user_agent: Recording


class TrackingRules(Part):
    """Whether a person may be asked for permission to count what they open."""

    may_be_asked: bool = False


class RequestRules(Part):
    """How requests of people about their data are answered (GDPR Article 12(3))."""

    answer_within: Period
    remind_before: Period = Period(days=7)
    notify_changes: bool = False


class Change(Part):
    """What a version of the policy changed, and since when."""

    date: Day
    what: Text


class Clause(Part):
    """One line of the policy: data, purpose, lawful basis, trigger, period, action.

    The purge acts when ``acts_after`` is over; what is still there after ``over_after`` is overdue.
    A ``hold`` keeps something that long even where its person wants it erased, and says why.
    """

    id: ClauseId
    categories: tuple[str, ...] = Field(min_length=1)
    fields: tuple[FieldName, ...] | None = None
    title: Text
    purpose: Text
    basis: Text
    trigger: Trigger
    keep: Period | None = None
    earliest: Period | None = None
    latest: Period | None = None
    action: Action = Action.ERASE
    answer_within: Period | None = None
    hold: Period = Period()
    hold_reason: Text | None = None

    @property
    def acts_after(self) -> Period:
        """How long after its trigger the clause is executed."""
        return self.earliest or self.keep or Period()

    @property
    def over_after(self) -> Period:
        """How long after its trigger nothing is left. Asked again, an answer may take its time."""
        if self.answer_within:
            return self.acts_after + self.answer_within
        return self.latest or self.keep or Period()

    @property
    def at_once(self) -> bool:
        """Whether nothing of it waits for the purge."""
        return not self.acts_after and self.trigger is Trigger.UNSUBSCRIBED

    @property
    def is_personal(self) -> bool:
        """Whether it speaks of personal data."""
        return not IMPERSONAL.issuperset(self.categories)

    @model_validator(mode="after")
    def _one_period(self) -> Self:
        limits = (self.earliest, self.latest)
        if (self.keep is None) == (None in limits) or (self.keep is not None and any(limits)):
            raise ValueError("a clause has either keep, or both earliest and latest")
        if self.earliest and self.latest and may_be_longer(self.earliest, self.latest):
            raise ValueError("earliest is after latest")
        return self

    @model_validator(mode="after")
    def _hold_fits(self) -> Self:
        if bool(self.hold) != (self.hold_reason is not None):
            raise ValueError("hold and hold_reason come together")
        if self.hold and self.trigger is not Trigger.UNSUBSCRIBED:
            raise ValueError("only a clause with the trigger unsubscribed may hold something")
        if self.hold and may_be_longer(self.hold, self.acts_after):
            raise ValueError("the hold is longer than the clause keeps anything")
        return self

    @model_validator(mode="after")
    def _answer_fits(self) -> Self:
        if (self.action is Action.ASK_AGAIN) != (self.answer_within is not None):
            raise ValueError('answer_within is for the action "ask-again", which needs it')
        return self

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        if (self.fields is not None) and PROFILE not in self.categories:
            raise ValueError('fields are for clauses on the category "profile"')
        return self


class Policy(Part):
    """A policy. What its clauses say together is looked at in ``checks``."""

    version: Day
    title: Text = "Privacy"
    location: Text
    channels: tuple[Channel, ...] = (Channel.MAIL,)
    controller: Controller | None = None
    data_protection_officer: Officer | None = None
    supervisory_authority: Authority
    recipient: tuple[Recipient, ...] = ()
    recording: RecordingRules
    tracking: TrackingRules = TrackingRules()
    requests: RequestRules
    clause: tuple[Clause, ...] = Field(min_length=1)
    change: tuple[Change, ...] = Field(min_length=1)

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All clauses, in the file's order."""
        return self.clause

    @property
    def fields(self) -> tuple[str, ...]:
        """The profile fields that a form may ask for; those that no clause leaves out."""
        allowed = set(PROFILE_FIELDS)
        for clause in self.clause:
            if clause.fields is not None:
                allowed &= set(clause.fields)
        return tuple(name for name in PROFILE_FIELDS if name in allowed)

    def by_id(self, clause_id: str) -> Clause:
        """The clause with this id; KeyError if there is none."""
        return {clause.id: clause for clause in self.clause}[clause_id]

    def for_category(
        self, category: str, trigger: Trigger, action: Action = Action.ERASE
    ) -> Clause | None:
        """The clause that says what ``trigger`` means for a category, if there is one."""
        for clause in self.clause:
            if category in clause.categories and (clause.trigger, clause.action) == (
                trigger,
                action,
            ):
                return clause
        return None

    def need(self, category: str, trigger: Trigger) -> Clause:
        """The same where the policy could not have been loaded without it."""
        clause = self.for_category(category, trigger)
        if clause is None:
            raise LookupError(f"no clause on {category} for {trigger}")
        return clause
