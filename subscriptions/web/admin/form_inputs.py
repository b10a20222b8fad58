"""The form builder's form: everything that an operator can say of a sign-up form."""

from typing import Any, TypeVar

from flask import request
from flask_babel.speaklater import LazyString
from wtforms import BooleanField, ColorField, Field, Form, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.asking import EMAIL, MAX_HELP, MAX_LABEL, AskedField
from subscriptions.newsletters.colours import theme_of
from subscriptions.newsletters.default_wording import default_wording
from subscriptions.newsletters.drafts import FormDraft
from subscriptions.newsletters.fields import allowed_fields
from subscriptions.newsletters.logos import MAX_BYTES, Logo, read_logo
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.redirects import MAX_URL
from subscriptions.web.admin.inputs import NEEDED, SLUG_HELP, posted, stripped
from subscriptions.web.checkboxes import CheckboxesField, SelectChoice
from subscriptions.web.languages import language_choices

EMAIL_LABEL = _("E-mail address")
LABEL, HELP, REQUIRED = "label_", "help_", "required_"


def _lower(value: str | None) -> str | None:
    return value.lower() if value else value


class SignupFormInput(Form):
    """What a hosted form asks for; see :func:`signup_form_input` for the words of its fields."""

    title = StringField(
        _("Title"),
        [NEEDED, Length(max=200)],
        description=_("The heading that visitors read first."),
        filters=[stripped],
    )
    intro = TextAreaField(
        _("Introduction"), description=_("A few words above the fields."), filters=[stripped]
    )
    fields = CheckboxesField(
        _("Optional fields"),
        description=_(
            "Ask only for what you need, of what your privacy policy allows. People may leave "
            "any of them empty, unless you require it."
        ),
    )
    topics = CheckboxesField(
        _("Topics to choose from"),
        description=_(
            "Subscribers can change what they ticked at any time, in the preference centre."
        ),
    )
    wording = TextAreaField(
        _("Wording of the consent"),
        [NEEDED],
        description=_(
            "What people agree to, word for word. A change makes a new version; who agreed "
            "before keeps theirs."
        ),
        filters=[stripped],
    )
    locale = SelectField(
        _("Language of the form"),
        description=_("The mails that follow, and the pages behind their links, speak it as well."),
    )
    thanks = TextAreaField(
        _("Words of thanks"),
        description=_(
            "Shown after a sign-up, above what is left to do: open the mail, press the button."
        ),
        filters=[stripped],
    )
    redirect_url = StringField(
        _("Or lead to a page of your own"),
        [Length(max=MAX_URL)],
        description=_(
            "Instead of ours, which tells people to look for the mail and press the button in it: "
            "yours must say so too. It is the same for everybody and does not learn who comes. "
            "Only for sites that an owner has listed."
        ),
        filters=[stripped],
    )

    accent = ColorField(
        _("Colour of buttons and links"),
        description=_(
            "It must be easy to read on the page; in the dark it is made lighter by itself."
        ),
        filters=[_lower],
    )
    background = ColorField(
        _("Colour around the page"),
        description=_("A light one. In the dark the page stays dark."),
        filters=[_lower],
    )
    without_logo = BooleanField(_("Show no logo any more"))

    def words_of(self, name: str) -> list[Field]:
        """The inputs for how one field is asked for."""
        named = (f"{prefix}{name}" for prefix in (LABEL, HELP, REQUIRED))
        return [self[each] for each in named if each in self]

    def draft(self) -> FormDraft:
        """What was filled in."""
        return FormDraft(
            title=self.title.data or "",
            intro=self.intro.data or "",
            locale=self.locale.data,
            email=self._asked(EMAIL),
            fields=[self._asked(name) for name in self.fields.data or []],
            topic_slugs=self.topics.data or [],
            wording=self.wording.data or "",
            thanks=self.thanks.data or "",
            redirect_url=self.redirect_url.data or "",
            theme=theme_of(self.accent.data or "", self.background.data or ""),
            logo=_logo(),
            without_logo=bool(self.without_logo.data),
        )

    def _asked(self, name: str) -> AskedField:
        label, description, *required = (field.data for field in self.words_of(name))
        return AskedField(name, label or "", description or "", any(required))


class NewSignupFormInput(SignupFormInput):
    """The same, with its slug."""

    slug = StringField(
        _("Short name for its address"), [NEEDED], description=SLUG_HELP, filters=[stripped]
    )


def first_draft(newsletter: Newsletter) -> FormDraft:
    """What a new form of the newsletter begins with."""
    return FormDraft(
        title="",
        wording=default_wording(newsletter.name, newsletter.languages[0]),
        locale=newsletter.languages[0],
        topic_slugs=[topic.slug for topic in newsletter.topics if topic.retired_at is None],
    )


Input = TypeVar("Input", bound=SignupFormInput)


def signup_form_input(base: type[Input], newsletter: Newsletter, draft: FormDraft) -> Input:
    """The form ``base`` as it was sent in, or as the draft has it."""
    inputs = _words(EMAIL, EMAIL_LABEL)
    for field in allowed_fields():
        inputs |= _words(field.name, field.label)
        must = _("“%(field)s” must be filled in", field=field.label)
        inputs[f"{REQUIRED}{field.name}"] = BooleanField(must)
    form = type("FormBuilderInput", (base,), inputs)()
    _offer_choices(form, newsletter, draft)
    form.process(posted(), data=_present(draft))
    made: Input = form
    return made


def _logo() -> Logo | None:
    sent = request.files.get("logo")
    return read_logo(sent.read(MAX_BYTES + 1)) if sent else None


def _words(name: str, title: LazyString) -> dict[str, Any]:
    return {
        f"{LABEL}{name}": StringField(
            _("Label of “%(field)s”", field=title), [Length(max=MAX_LABEL)], filters=[stripped]
        ),
        f"{HELP}{name}": StringField(
            _("Help for “%(field)s”", field=title),
            [Length(max=MAX_HELP)],
            description=_("Such as why you ask, or what to write."),
            filters=[stripped],
        ),
    }


def _offer_choices(form: SignupFormInput, newsletter: Newsletter, draft: FormDraft) -> None:
    form.fields.choices = [SelectChoice(field.name, field.label) for field in allowed_fields()]
    form.topics.choices = [
        SelectChoice(topic.slug, topic.title)
        for topic in newsletter.topics
        if topic.retired_at is None
    ]
    form.locale.choices = language_choices([*newsletter.languages, draft.locale])


def _present(draft: FormDraft) -> dict[str, object]:
    present: dict[str, object] = {
        "title": draft.title,
        "intro": draft.intro,
        "fields": [field.name for field in draft.fields],
        "topics": draft.topic_slugs,
        "wording": draft.wording,
        "locale": draft.locale,
        "thanks": draft.thanks,
        "redirect_url": draft.redirect_url,
        "accent": draft.theme.accent,
        "background": draft.theme.background,
    }
    for field in (draft.email, *draft.fields):
        present[f"{LABEL}{field.name}"] = field.label
        present[f"{HELP}{field.name}"] = field.help
        present[f"{REQUIRED}{field.name}"] = field.required
    return present
