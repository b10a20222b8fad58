"""The register of processing (GDPR Article 30(1)), made from the policy in force."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from subscriptions.config import Settings
from subscriptions.core.client import Recording
from subscriptions.core.personal_data import registry
from subscriptions.core.words import gettext
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.privacy.notice.facts import Notice
from subscriptions.privacy.policy import Clause, Policy, Trigger
from subscriptions.privacy.policy.in_words import action_in_words, kept_in_words
from subscriptions.privacy.policy.model import Recipient
from subscriptions.privacy.policy.terms import CONSENT, PROFILE

NOBODY: Mapping[str, Sequence[str]] = {}


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of the register: what Article 30(1)(b), (c) and (f) ask for, in words."""

    title: str
    purpose: str
    basis: str
    subjects: str
    data: str
    kept: str
    then: str


@dataclass(frozen=True, slots=True)
class Register:
    """The register: the facts of the notice, the activities, and what concerns all of them.

    ``recipients`` says who, what for and where (Article 30(1)(d) and (e)), ``measures`` what keeps
    the data safe as this installation is set up (Articles 30(1)(g) and 32).
    """

    notice: Notice
    activities: Sequence[Activity]
    recipients: str
    officer: str
    measures: Sequence[str]


def register_of(
    notice: Notice, settings: Settings, told: Mapping[str, Sequence[str]] = NOBODY
) -> Register:
    """A line for each clause on personal data, and for what no clause speaks of.

    ``told`` has the hosts that webhooks tell of what happens, by the name of the recipient.
    """
    policy, officer = notice.policy, notice.policy.data_protection_officer
    clauses = [_activity(policy, clause) for clause in policy.clauses if clause.is_personal]
    recipients = [_recipient(one, told.get(one.name, ())) for one in policy.recipient]
    return Register(
        notice=notice,
        activities=[*clauses, _floods(), _operators()],
        recipients="; ".join(recipients) or gettext("None"),
        officer=f"{officer.name}, {officer.contact}" if officer else gettext("None named"),
        measures=list(_measures(settings)),
    )


def _recipient(one: Recipient, hosts: Sequence[str]) -> str:
    facts = [one.purpose, one.location]
    if hosts:
        facts.append(gettext("told by webhook: %(hosts)s", hosts=", ".join(hosts)))
    return f"{one.name} ({'; '.join(facts)})"


def _measures(settings: Settings) -> Iterator[str]:
    yield gettext("Roles for operators, down to single newsletters; passwords hashed with argon2")
    yield gettext("A second step at sign-in for every operator who sets it up")
    yield gettext("An audit trail of every change, export and look at evidence")
    if settings.is_https:
        yield gettext("TLS for everybody, with HSTS; cookies for TLS only")
    yield gettext(
        "Signed links; whatever shows personal data needs a fresh one, good for 30 minutes"
    )
    yield gettext("No addresses in logs, URLs, job queues and figures")
    yield gettext("Erasure by a job that follows the policy, with a ledger; restored backups too")
    if settings.is_sqlite:
        yield gettext("Deleted data is overwritten; the data folder is closed to other accounts")


def _activity(policy: Policy, clause: Clause) -> Activity:
    return Activity(
        title=clause.title,
        purpose=clause.purpose,
        basis=clause.basis,
        subjects=_subjects(clause),
        data="; ".join(_data(policy, category) for category in clause.categories),
        kept=kept_in_words(clause),
        then=action_in_words(clause),
    )


def _subjects(clause: Clause) -> str:
    return {
        Trigger.UNCONFIRMED: gettext("People who signed up and have not confirmed"),
        Trigger.RECORDED: gettext("Subscribers, present and former"),
    }.get(clause.trigger, gettext("Subscribers"))


def _data(policy: Policy, category: str) -> str:
    details = {PROFILE: _profile(policy), CONSENT: _recorded(policy)}.get(category, "")
    description = registry.categories[category].description
    return gettext(description) + (f" ({details})" if details else "")


def _profile(policy: Policy) -> str:
    return ", ".join(str(PROFILE_FIELDS[name].label) for name in policy.fields)


def _recorded(policy: Policy) -> str:
    rules = policy.recording
    how = {
        Recording.NONE: gettext("not recorded"),
        Recording.TRUNCATED: gettext("truncated"),
        Recording.FULL: gettext("in full"),
    }
    return gettext(
        "time, form, wording, language, topics; IP address %(address)s, browser %(browser)s",
        address=how[rules.client_address],
        browser=how[rules.user_agent],
    )


def _floods() -> Activity:
    return Activity(
        title=gettext("Protection against floods"),
        purpose=gettext("To count how often one client signs up or tries to sign in."),
        basis=gettext("Legitimate interest in a service that works, GDPR Article 6(1)(f)"),
        subjects=gettext("Visitors"),
        data=gettext("A keyed hash of the IP address"),
        kept=gettext("Until the time of the limit is over"),
        then=gettext("Erased"),
    )


def _operators() -> Activity:
    return Activity(
        title=gettext("Operators and audit trail"),
        purpose=gettext("To let in only who may, and to show who did what."),
        basis=gettext("Security of processing, GDPR Articles 6(1)(f) and 32"),
        subjects=gettext("Operators"),
        data=gettext(
            "Mail address, roles, hash of the password, second factor, passkeys, what they did; "
            "of sessions the times, part of the IP address and the kind of browser"
        ),
        kept=gettext(
            "Accounts until an owner removes them, sessions 12 hours at most; the trail as long as "
            "the installation"
        ),
        then=gettext("Erased"),
    )
