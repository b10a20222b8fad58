"""Index, hosted forms and the privacy page."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.transactions import current_session, reading, writing
from subscriptions.core.words import gettext
from subscriptions.newsletters.queries import (
    form_has_shown,
    public_newsletters,
)
from subscriptions.newsletters.redirects import origin_of
from subscriptions.newsletters.shown import OpenForm
from subscriptions.subscribers.mails import Sender, confirm_within
from subscriptions.subscribers.signup import Request, request_subscription
from subscriptions.web.evidence import evidence
from subscriptions.web.headers import let_forms_lead_to
from subscriptions.web.limits import guard_signups
from subscriptions.web.locale import speak
from subscriptions.web.public.blueprint import blueprint
from subscriptions.web.public.form_languages import LANGUAGE, chosen_language, languages_of
from subscriptions.web.public.forms import PublicForm, form_class
from subscriptions.web.public.looks import look_of
from subscriptions.web.public.open_forms import (
    FormChanged,
    check_form,
    open_form,
    remembered_form,
)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The public newsletters and their forms."""
    shown = [
        {
            "name": newsletter.name,
            "description": newsletter.description,
            "forms": [
                {"title": form.title, "url": url_for("public.form", slug=form.slug)}
                for form in newsletter.forms
                if form.retired_at is None
            ],
        }
        for newsletter in public_newsletters(current_session())
    ]
    return render_template("public/index.html", newsletters=shown)


@blueprint.get("/forms/<slug>")
def form(slug: str) -> ResponseReturnValue:
    """The hosted form."""
    whole = open_form(slug)
    hosted = whole.in_language(chosen_language(whole))
    return _show(whole, hosted, form_class(hosted)(wording=hosted.wording_hash))


@blueprint.post("/forms/<slug>")
def sign_up(slug: str) -> ResponseReturnValue:
    """Take a sign-up; the answer is the same for every address."""
    guard_signups()
    try:
        return _take(remembered_form(slug))
    except FormChanged:
        return _take(open_form(slug))


def _take(whole: OpenForm) -> ResponseReturnValue:
    hosted = whole.in_language(request.form.get(LANGUAGE, ""))
    speak(hosted.locale)
    filled = form_class(hosted)(request.form)
    if not _valid(hosted, filled):
        return _refuse(whole, hosted, filled)
    wish = Request(
        sender=sender_of(hosted),
        form_id=hosted.id,
        wording_hash=filled.wording.data or hosted.wording_hash,
        topics=filled.chosen(hosted.topics),
        profile=filled.profile(),
    )
    with writing() as unit:
        check_form(unit.connection(), hosted)
        request_subscription(
            unit, filled.address, wish, evidence(f"form:{hosted.slug}", hosted.locale)
        )
    return redirect(_onward(whole, hosted), HTTPStatus.SEE_OTHER)


def _onward(whole: OpenForm, hosted: OpenForm) -> str:
    other = None if hosted is whole else hosted.locale
    return hosted.redirect_url or url_for("public.sent", slug=hosted.slug, lang=other)


def _refuse(whole: OpenForm, hosted: OpenForm, filled: PublicForm) -> ResponseReturnValue:
    with reading() as connection:
        check_form(connection, hosted)
    return _show(whole, hosted, filled), HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.get("/forms/<slug>/sent")
def sent(slug: str) -> ResponseReturnValue:
    """What everybody sees after a sign-up."""
    hosted = open_form(slug).in_language(request.args.get(LANGUAGE, ""))
    speak(hosted.locale)
    return render_template(
        "public/sent.html",
        newsletter=newsletter_of(hosted),
        signup_form={"title": hosted.title, "action_url": url_for("public.form", slug=slug)},
        thanks=hosted.thanks,
        look=look_of(hosted),
        confirm_days=confirm_within().days,
    )


def sender_of(hosted: OpenForm) -> Sender:
    """For which newsletter the mails of this form speak."""
    return Sender(
        hosted.newsletter_id,
        hosted.newsletter_slug,
        hosted.newsletter_name,
        hosted.sender_name,
        hosted.reply_to,
        hosted.confirmation_texts,
    )


def newsletter_of(hosted: OpenForm) -> dict[str, str]:
    """The newsletter as the pages show it."""
    return {"name": hosted.newsletter_name, "description": hosted.newsletter_description}


def _valid(hosted: OpenForm, filled: PublicForm) -> bool:
    if not filled.validate():
        return False
    shown = filled.wording.data
    if not shown or shown == hosted.wording_hash:
        return True
    if shown.isalnum() and form_has_shown(current_session(), hosted.id, shown):
        return True
    filled.wording.data = hosted.wording_hash
    filled.wording.errors = [
        gettext("The words you agree to have changed. Please read them again.")
    ]
    return False


def _show(whole: OpenForm, hosted: OpenForm, filled: PublicForm) -> str:
    if hosted.redirect_url:
        let_forms_lead_to(origin_of(hosted.redirect_url))
    shown = shown_form(hosted, filled, url_for("public.sign_up", slug=hosted.slug))
    return render_template(
        "public/form.html", **shown, language=hosted.locale, languages=languages_of(whole)
    )


def shown_form(hosted: OpenForm, filled: PublicForm, action_url: str) -> dict[str, object]:
    """What the page with a form needs to know; it speaks the language of the form."""
    speak(hosted.locale)
    return {
        "newsletter": newsletter_of(hosted),
        "signup_form": {"title": hosted.title, "intro": hosted.intro, "action_url": action_url},
        "form": filled,
        "look": look_of(hosted),
    }
