"""Which steps a clause has."""

from collections.abc import Iterator

from subscriptions.privacy.policy import Action, Clause, Trigger
from subscriptions.privacy.policy.terms import CONSENT, PROFILE, SUBSCRIPTION
from subscriptions.privacy.retention import inactive, people, records
from subscriptions.privacy.retention.step import Step

# By what starts the period and the category; what lets go of people as a whole stands once.
STEPS: dict[tuple[Trigger, str], Step] = {
    (Trigger.UNCONFIRMED, SUBSCRIPTION): people.UNCONFIRMED,
    (Trigger.UNSUBSCRIBED, SUBSCRIPTION): people.AFTER_THE_END,
    (Trigger.UNSUBSCRIBED, PROFILE): people.PROFILE_AFTER_THE_END,
    (Trigger.UNSUBSCRIBED, CONSENT): people.CONSENT_AFTER_THE_END,
    (Trigger.NEWSLETTER_CLOSED, SUBSCRIPTION): people.NEWSLETTER_CLOSED,
    (Trigger.RECORDED, CONSENT): people.CLIENT_DETAILS,
    (Trigger.UNDELIVERABLE, "mail"): records.UNDELIVERABLE,
    (Trigger.RECORDED, "suppression"): records.SUPPRESSIONS,
    (Trigger.RECORDED, "address_change"): records.ADDRESS_CHANGES,
    (Trigger.LAST_CONTACT, "enquiry"): records.ENQUIRIES,
    (Trigger.REQUEST_CLOSED, "request"): records.REQUESTS,
    (Trigger.RECORDED, "import_file"): records.IMPORT_FILES,
    (Trigger.RECORDED, "export_file"): records.EXPORT_FILES,
    (Trigger.RECORDED, "export_list"): records.EXPORT_LISTS,
    (Trigger.RECORDED, "journal"): records.JOURNAL,
    (Trigger.RECORDED, "counters"): records.COUNTERS,
}
# What goes as soon as nothing holds it any more, where its person wanted it erased.
AFTER_THE_HOLD = {
    SUBSCRIPTION: people.AFTER_THE_HOLD,
    CONSENT: people.CONSENT_AFTER_THE_HOLD,
}


def steps_of(clause: Clause) -> Iterator[Step]:
    """What executing a clause consists of."""
    if clause.action is Action.ASK_AGAIN:
        # Who has not answered goes first: nobody is asked and let go in one run.
        yield from (inactive.LAPSE, inactive.ASK)
        return
    for category in clause.categories:
        if step := STEPS.get((clause.trigger, category)):
            yield step
        if clause.hold and (step := AFTER_THE_HOLD.get(category)):
            yield step
