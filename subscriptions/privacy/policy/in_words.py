"""How a policy's terms are said to people."""

from subscriptions.core.periods import Period
from subscriptions.core.words import gettext, mark, ngettext
from subscriptions.privacy.policy.model import Clause
from subscriptions.privacy.policy.terms import Action, Trigger

MONTHS = 12
AT_ONCE = {
    Trigger.UNSUBSCRIBED: mark("Until you unsubscribe; erased in the same moment"),
    Trigger.NEWSLETTER_CLOSED: mark("Until the newsletter closes"),
}
COUNTED_FROM = {
    Trigger.UNCONFIRMED: mark("%(time)s after the sign-up"),
    Trigger.UNSUBSCRIBED: mark("Until %(time)s after you unsubscribe"),
    Trigger.NEWSLETTER_CLOSED: mark("%(time)s after the newsletter has closed"),
    Trigger.INACTIVE: mark("Asked %(asked)s after the last thing you did; erased %(answer)s later"),
    Trigger.UNDELIVERABLE: mark("Until sent; %(time)s where it can't be delivered"),
    Trigger.REQUEST_CLOSED: mark("%(time)s after your request was answered"),
    Trigger.LAST_CONTACT: mark("%(time)s after our last contact"),
}


def period_in_words(period: Period) -> str:
    """Such as *2 years and 6 months*, or *7 days*; *no time at all* for nothing."""
    years, months = divmod(period.months, MONTHS)
    parts = [
        *[ngettext("%(num)d year", "%(num)d years", years)] * bool(years),
        *[ngettext("%(num)d month", "%(num)d months", months)] * bool(months),
        *[ngettext("%(num)d day", "%(num)d days", period.days)] * bool(period.days),
    ]
    if not parts:
        return str(gettext("no time at all"))
    return str(gettext(" and ")).join(str(part) for part in parts)


def policy_words(text: str) -> str:
    """A sentence of a policy file, translated if it is one of those that come with Assent.

    What an organisation has written itself is said as it is.
    """
    return gettext(text) if text else text


def kept_in_words(clause: Clause) -> str:
    """How long what a clause speaks of is kept, from when on, and what may hold it longer."""
    said = _from_its_trigger(clause)
    if clause.hold:
        held = gettext(
            "Kept for %(time)s even if you ask for its erasure: %(reason)s",
            time=period_in_words(clause.hold),
            reason=policy_words(clause.hold_reason or ""),
        )
        return f"{said}. {held}"
    return said


def action_in_words(clause: Clause) -> str:
    """What happens to it then."""
    return {
        Action.ERASE: gettext("Erased"),
        Action.ANONYMISE: gettext("What tells who it was is erased"),
        Action.ASK_AGAIN: gettext("You are asked by mail; without an answer it is erased"),
    }[clause.action]


def _from_its_trigger(clause: Clause) -> str:
    if not clause.over_after and clause.trigger in AT_ONCE:
        return gettext(AT_ONCE[clause.trigger])
    if clause.trigger is Trigger.RECORDED:
        return _time(clause)
    return gettext(
        COUNTED_FROM[clause.trigger],
        time=_time(clause),
        asked=period_in_words(clause.acts_after),
        answer=period_in_words(clause.answer_within or Period()),
    )


def _time(clause: Clause) -> str:
    earliest, latest = period_in_words(clause.acts_after), period_in_words(clause.over_after)
    if clause.acts_after == clause.over_after:
        return latest
    if not clause.acts_after:
        return gettext("At most %(latest)s", latest=latest)
    return gettext("%(earliest)s to %(latest)s", earliest=earliest, latest=latest)
