"""How the rules of a policy are said to people."""

from collections.abc import Sequence

from subscriptions.core.client import Recording
from subscriptions.core.words import gettext, mark
from subscriptions.privacy.policy import Channel, Policy
from subscriptions.privacy.policy.in_words import period_in_words

CLIENT_ADDRESS = {
    Recording.NONE: mark("The address of your device on the internet (IP address): not recorded."),
    Recording.TRUNCATED: mark(
        "The address of your device on the internet (IP address): only its first part, which many "
        "people share. The rest is cut off before anything is stored."
    ),
    Recording.FULL: mark("The address of your device on the internet (IP address), in full."),
}
USER_AGENT = {
    Recording.NONE: mark("Your browser: not recorded."),
    Recording.TRUNCATED: mark("Your browser: only the first word of the name that it gives."),
    Recording.FULL: mark("Your browser: the name and version that it gives."),
}
CHANNELS = {
    Channel.MAIL: mark("by mail"),
    Channel.TELEPHONE: mark("by telephone"),
    Channel.POST: mark("by post"),
}


def recorded_of_the_client(policy: Policy) -> Sequence[str]:
    """What is written down of whoever signs up and confirms (GDPR Article 7(1))."""
    rules = policy.recording
    return [
        gettext("Day and time, the form, its exact words, your language and your choices."),
        gettext(CLIENT_ADDRESS[rules.client_address]),
        gettext(USER_AGENT[rules.user_agent]),
        gettext(
            "To keep out floods, requests are counted for a short time under a hash of your IP "
            "address that is made with a secret key."
        ),
    ]


def tracking_in_words(policy: Policy) -> str:
    """Whether it may be counted what somebody opens and follows."""
    if policy.tracking.may_be_asked:
        return gettext(
            "Whether you open our mails or follow their links is counted only if you have said "
            "yes to it, and no longer than you want it. Whoever sends Do Not Track or Global "
            "Privacy Control is not even asked."
        )
    return gettext(
        "We do not count whether you open our mails or follow their links. Our mails hold no "
        "hidden pictures and no counted links, and you are not asked to allow any."
    )


def channels_in_words(policy: Policy) -> str:
    """Which ways of reaching somebody there are, each with a consent of its own."""
    others = [gettext(CHANNELS[each]) for each in policy.channels if each is not Channel.MAIL]
    if not others:
        return gettext("We reach you by mail only, with what you asked for.")
    return gettext(
        "We reach you by mail with what you asked for; %(others)s only if you have agreed to that "
        "as well. You can take back each of them by itself.",
        others=gettext(" and ").join(others),
    )


def answers_in_words(policy: Policy) -> Sequence[str]:
    """How soon requests are answered, and whether a change is confirmed (Article 12(3))."""
    within = gettext(
        "What you do with the link happens at once. Whatever else you ask of us is answered "
        "within %(time)s (Article 12(3)).",
        time=period_in_words(policy.requests.answer_within),
    )
    if not policy.requests.notify_changes:
        return [within]
    told = gettext("You get a mail about each change and erasure; then that mail goes as well.")
    return [within, told]
