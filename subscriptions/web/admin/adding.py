"""Adding a subscriber by hand: somebody who asked in another way is sent the double opt-in mail."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString
from wtforms import SelectField

from subscriptions.core.errors import Conflict
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter, SignupForm
from subscriptions.newsletters.queries import newsletter_topics
from subscriptions.subscribers.adding import Whence, add_by_operator
from subscriptions.subscribers.mails import sender_for
from subscriptions.subscribers.signup import Request
from subscriptions.web.admin.access import Rule, access, current_newsletter
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import AddressInput, posted, refused
from subscriptions.web.checkboxes import CheckboxesField, SelectChoice

WAYS: dict[Whence, LazyString] = {
    Whence.IN_PERSON: _("In person"),
    Whence.TELEPHONE: _("By telephone"),
    Whence.LETTER: _("By letter"),
    Whence.MAIL: _("By mail"),
    Whence.PAPER_FORM: _("On a paper form"),
}


class AddInput(AddressInput):
    """Whom to add, to what, and how they asked."""

    topics = CheckboxesField(
        _("Topics"), description=_("What they asked for. They can change it themselves later.")
    )
    form = SelectField(
        _("Words of the form"),
        description=_("What the person is asked to confirm, in the language of that form."),
    )
    whence = SelectField(
        _("How they asked"),
        choices=[SelectChoice(way.value, words) for way, words in WAYS.items()],
        description=_("Stands in the record of their consent, which they can see."),
    )


@blueprint.route("/newsletters/<newsletter>/subscribers/new", methods=["GET", "POST"])
@access(Rule.EDITOR)
def add_subscriber(newsletter: str) -> ResponseReturnValue:
    """Mail somebody the link to confirm."""
    owner = current_newsletter()
    forms = _open_forms(owner)
    filled = _input(owner, forms)
    if request.method == "POST" and filled.validate():
        try:
            with unit_of_work() as session:
                wish, locale = _wish(owner, forms[filled.form.data], filled)
                add_by_operator(session, filled.address, wish, Whence(filled.whence.data), locale)
                note(
                    session,
                    "subscriber.added",
                    f"newsletter {owner.slug}",
                    whence=filled.whence.data,
                )
        except Conflict as error:
            refused(filled, error)
        else:
            flash(gettext("The mail with the link to confirm is on its way."), "success")
            return redirect(url_for("admin.subscribers", newsletter=newsletter))
    page = render_template("admin/subscriber_new.html", form=filled, newsletter=owner)
    return page, 422 if filled.errors else 200


def _open_forms(owner: Newsletter) -> dict[str, SignupForm]:
    """Those whose words can be agreed to; of a newsletter that has closed, none."""
    if owner.closed_at is not None:
        return {}
    return {form.slug: form for form in owner.forms if form.retired_at is None}


def _input(owner: Newsletter, forms: dict[str, SignupForm]) -> AddInput:
    filled = AddInput()
    filled.topics.choices = [
        SelectChoice(topic.slug, topic.title) for topic in owner.topics if topic.retired_at is None
    ]
    filled.form.choices = [SelectChoice(slug, form.title) for slug, form in forms.items()]
    filled.process(posted())
    return filled


def _wish(owner: Newsletter, form: SignupForm, filled: AddInput) -> tuple[Request, str]:
    """What is asked for, and in which language."""
    topics = newsletter_topics(current_session().connection(), owner.id)
    chosen = [topic for topic in topics if topic.slug in (filled.topics.data or [])]
    return Request(sender_for(owner), form.id, form.wording_hash, chosen), form.locale
