"""The form for a newsletter's own words in mails, in each of its languages."""

from typing import Any

from wtforms import BooleanField, Field, Form, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.mail_texts import MAX_CONFIRMATION, MailTexts, mail_texts
from subscriptions.newsletters.models import Newsletter
from subscriptions.web.admin.inputs import posted, stripped
from subscriptions.web.checkboxes import SelectChoice
from subscriptions.web.languages import own_name

CONFIRMATION, SUBJECT, WELCOME = "confirmation_", "subject_", "welcome_"


class MailTextsInput(Form):
    """The words; see :func:`mail_texts_input` for those of each language."""

    welcomes = BooleanField(_("Send a welcome mail to whoever has confirmed"))
    anyway = BooleanField(_("It is no advertising. Keep these words."))
    shown = SelectField(_("Mail to show"), validate_choice=False)

    locales: tuple[str, ...] = ()

    def inputs_of(self, locale: str) -> list[Field]:
        """The inputs for one language."""
        return [self[f"{prefix}{locale}"] for prefix in (CONFIRMATION, SUBJECT, WELCOME)]

    def texts(self) -> dict[str, MailTexts]:
        """What was filled in, by language."""
        return {
            locale: MailTexts(*(field.data or "" for field in self.inputs_of(locale)))
            for locale in self.locales
        }

    def wanted(self) -> tuple[str, str]:
        """Which mail to show, and in which language."""
        template, _dash, locale = (self.shown.data or "").partition("-")
        return template, locale if locale in self.locales else self.locales[0]


def mail_texts_input(newsletter: Newsletter) -> MailTextsInput:
    """The form as it was sent in, or with the words that there are."""
    locales = tuple(newsletter.languages)
    inputs = {name: field for locale in locales for name, field in _inputs(locale).items()}
    form = type("OwnWordsInput", (MailTextsInput,), {**inputs, "locales": locales})()
    form.shown.choices = [
        SelectChoice(f"{template}-{locale}", f"{title} · {own_name(locale)}")
        for locale in locales
        for template, title in (("confirm", _("Confirmation mail")), ("welcome", _("Welcome mail")))
    ]
    form.process(posted(), data=_present(newsletter))
    made: MailTextsInput = form
    return made


def _inputs(locale: str) -> dict[str, Any]:
    return {
        f"{CONFIRMATION}{locale}": TextAreaField(
            _("Words of your own in the confirmation mail"),
            [Length(max=MAX_CONFIRMATION)],
            description=_(
                "Who you are and what people get, below the first sentence. No links, and nothing "
                "that advertises: whoever reads it has agreed to nothing yet."
            ),
            filters=[stripped],
        ),
        f"{SUBJECT}{locale}": StringField(
            _("Subject of the welcome mail"), [Length(max=200)], filters=[stripped]
        ),
        f"{WELCOME}{locale}": TextAreaField(
            _("Text of the welcome mail"),
            description=_(
                "Plain text. Below it stand the links to unsubscribe and to choose, and your "
                "postal address."
            ),
            filters=[stripped],
        ),
    }


def _present(newsletter: Newsletter) -> dict[str, object]:
    present: dict[str, object] = {"welcomes": newsletter.welcomes}
    for locale in newsletter.languages:
        texts = mail_texts(newsletter, locale)
        present[f"{CONFIRMATION}{locale}"] = texts.confirmation
        present[f"{SUBJECT}{locale}"] = texts.subject
        present[f"{WELCOME}{locale}"] = texts.welcome
    return present
