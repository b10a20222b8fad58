"""What a form says in the newsletter's other languages."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import Length

from subscriptions.core.errors import Invalid, NotFound
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.asking import EMAIL, MAX_HELP, MAX_LABEL, AskedField
from subscriptions.newsletters.editing import form_of
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.newsletters.form_editing import draft_of
from subscriptions.newsletters.models import SignupForm
from subscriptions.newsletters.previewing import form_like
from subscriptions.newsletters.translating import (
    FormTexts,
    in_words,
    languages_beside,
    texts_in,
    translate,
    untranslate,
)
from subscriptions.web.admin.access import Rule, access, current_newsletter
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.form_inputs import EMAIL_LABEL, HELP, LABEL
from subscriptions.web.admin.framing import BUILDER, FRAMED_FORM, SAME_ORIGIN
from subscriptions.web.admin.inputs import NEEDED, posted, refused, stripped
from subscriptions.web.admin.snippets import snippet_of
from subscriptions.web.headers import own_policy
from subscriptions.web.languages import own_name
from subscriptions.web.public.forms import new_form_class
from subscriptions.web.public.hosted_forms import shown_form

HERE = "/newsletters/<newsletter>/forms/<form>/languages/<locale>"


class FormTextsInput(Form):
    """The words in one language; see :func:`_input` for those of the fields."""

    title = StringField(_("Title"), [NEEDED, Length(max=200)], filters=[stripped])
    intro = TextAreaField(_("Introduction"), filters=[stripped])
    wording = TextAreaField(
        _("Wording of the consent"),
        [NEEDED],
        description=_(
            "It asks for the same as the one in the form's own language, which stands below."
        ),
        filters=[stripped],
    )
    thanks = TextAreaField(_("Words of thanks"), filters=[stripped])

    def texts(self, names: list[str]) -> FormTexts:
        """What was filled in."""
        fields = [
            AskedField(name, self[f"{LABEL}{name}"].data or "", self[f"{HELP}{name}"].data or "")
            for name in names
        ]
        return FormTexts(
            title=self.title.data or "",
            intro=self.intro.data or "",
            wording=self.wording.data or "",
            thanks=self.thanks.data or "",
            fields=fields,
        )


@blueprint.route(HERE, methods=["GET", "POST"])
@own_policy(BUILDER)
@access(Rule.EDITOR)
def form_language(newsletter: str, form: str, locale: str) -> ResponseReturnValue:
    """The words in one language; saving them has the form speak it."""
    owner = current_newsletter()
    changed = _form_with(form, locale)
    names = [EMAIL, *changed.fields]
    filled = _input(names, texts_in(current_session(), changed, locale))
    if request.method == "POST" and filled.validate():
        try:
            with unit_of_work() as session:
                translate(session, changed, locale, filled.texts(names))
                note(session, "form.translated", f"form {changed.slug}", language=locale)
        except Invalid as error:
            refused(filled, error)
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for("admin.form", newsletter=owner.slug, form=form))
    page = render_template(
        "admin/form_language.html",
        form=filled,
        signup_form=changed,
        newsletter=owner,
        locale_of_words=locale,
        language=own_name(locale),
        snippet=_snippet(changed, locale),
    )
    return page, 422 if filled.errors else 200


@blueprint.post(f"{HERE}/preview")
@own_policy(FRAMED_FORM, SAME_ORIGIN)
@access(Rule.EDITOR)
def preview_form_language(newsletter: str, form: str, locale: str) -> ResponseReturnValue:
    """The form in these words. Nothing of it is kept."""
    owner, session = current_newsletter(), current_session()
    present = _form_with(form, locale)
    names = [EMAIL, *present.fields]
    filled = _input(names, texts_in(session, present, locale))
    try:
        if filled.validate():
            draft = in_words(draft_of(present), locale, filled.texts(names))
            shown = form_like(session, owner, draft, present)
            page = shown_form(shown, new_form_class(shown)(), action_url="")
            return render_template("public/form.html", **page)
    except Invalid as error:
        refused(filled, error)
    return render_template("admin/draft_refused.html", form=filled), 422


@blueprint.post(f"{HERE}/remove")
@access(Rule.EDITOR)
def remove_form_language(newsletter: str, form: str, locale: str) -> ResponseReturnValue:
    """Have the form speak it no longer."""
    changed = _form_with(form, locale)
    with unit_of_work() as session:
        untranslate(session, changed, locale)
        note(session, "form.language removed", f"form {changed.slug}", language=locale)
    flash(gettext("The form speaks this language no longer."), "success")
    return redirect(url_for("admin.form", newsletter=newsletter, form=form))


def _form_with(slug: str, locale: str) -> SignupForm:
    found = form_of(current_newsletter(), slug)
    if locale not in languages_beside(found):
        raise NotFound
    return found


def _snippet(form: SignupForm, locale: str) -> str | None:
    if locale not in form.translations:
        return None
    return snippet_of(current_session(), form, locale)


def _input(names: list[str], texts: FormTexts) -> FormTextsInput:
    inputs: dict[str, Any] = {}
    present: dict[str, Any] = {
        name: getattr(texts, name) for name in ("title", "intro", "wording", "thanks")
    }
    for name, asked in zip(names, texts.fields, strict=True):
        title = EMAIL_LABEL if name == EMAIL else PROFILE_FIELDS[name].label
        inputs[f"{LABEL}{name}"] = StringField(
            _("Label of “%(field)s”", field=title), [Length(max=MAX_LABEL)], filters=[stripped]
        )
        inputs[f"{HELP}{name}"] = StringField(
            _("Help for “%(field)s”", field=title), [Length(max=MAX_HELP)], filters=[stripped]
        )
        present |= {f"{LABEL}{name}": asked.label, f"{HELP}{name}": asked.help}
    made: FormTextsInput = type("LanguageInput", (FormTextsInput,), inputs)(posted(), data=present)
    return made
