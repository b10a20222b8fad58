"""What a newsletter says in words of its own: in the confirmation mail, and in a welcome mail."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.advertising import has_link, signs_of_advertising
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.operations import check_text, check_title

MAX_CONFIRMATION = 600  # characters


@dataclass(frozen=True, slots=True)
class MailTexts:
    """The words for both mails in one language; empty where there are none."""

    confirmation: str = ""
    subject: str = ""
    welcome: str = ""


class ReadsLikeAdvertising(Conflict):
    """The words for the confirmation mail read like advertising. A person may know better."""

    code = "reads_like_advertising"

    def __init__(self, signs: list[str]) -> None:
        """``signs`` are what reads like it, as it is written."""
        self.signs = signs
        found = ", ".join(f"“{sign}”" for sign in signs)
        super().__init__(
            _(
                "The words for the confirmation mail read like advertising: %(found)s. Nobody "
                "has agreed to any yet, and in some countries it is forbidden.",
                found=found,
            )
        )


def mail_texts(newsletter: Newsletter, locale: str) -> MailTexts:
    """The words in one language."""
    welcome = newsletter.welcome_mails.get(locale, {})
    return MailTexts(newsletter.confirmation_texts.get(locale, ""), **welcome)


def set_mail_texts(
    session: Session,
    newsletter: Newsletter,
    texts: Mapping[str, MailTexts],
    *,
    welcomes: bool,
    anyway: bool = False,
) -> None:
    """Change the words, by language, and whether whoever confirms is welcomed by mail.

    Raises :class:`Invalid`, and :class:`ReadsLikeAdvertising` unless they are wanted ``anyway``.
    """
    check_mail_texts(texts)
    signs = [sign for each in texts.values() for sign in signs_of_advertising(each.confirmation)]
    if signs and not anyway:
        raise ReadsLikeAdvertising(list(dict.fromkeys(signs)))
    newsletter.confirmation_texts = {
        locale: each.confirmation for locale, each in texts.items() if each.confirmation
    }
    newsletter.welcome_mails = {
        locale: {"subject": each.subject, "welcome": each.welcome}
        for locale, each in texts.items()
        if each.subject
    }
    if welcomes and not newsletter.welcome_mails:
        raise Invalid(_("A welcome mail needs a subject and a text."))
    newsletter.welcomes = welcomes
    session.flush()


def welcome_in(locale: str, mails: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """The welcome mail in this language; in the newsletter's first one if there is none in it."""
    return mails.get(locale) or next(iter(mails.values()))


def check_mail_texts(texts: Mapping[str, MailTexts]) -> None:
    """Raise :class:`Invalid` with the reason unless mails can have these words."""
    for each in texts.values():
        check_text(each.welcome)
        if bool(each.subject) != bool(each.welcome):
            raise Invalid(_("A welcome mail needs a subject and a text."))
        if each.subject:
            check_title(each.subject)
        _check_confirmation(each.confirmation)


def _check_confirmation(text: str) -> None:
    check_text(text)
    if len(text) > MAX_CONFIRMATION:
        raise Invalid(_("The words for the confirmation mail have up to 600 characters."))
    if has_link(text):
        raise Invalid(
            _(
                "The confirmation mail has one link, the one to confirm. Please leave addresses "
                "of pages and mailboxes out of your words."
            )
        )
