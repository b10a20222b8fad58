"""A newsletter's own words in its confirmation mail, and its welcome mail."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import Invalid
from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.mail.rendering import RenderedMail
from subscriptions.newsletters.mail_texts import (
    MailTexts,
    ReadsLikeAdvertising,
    check_mail_texts,
    set_mail_texts,
)
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.mails import (
    WELCOME,
    Sender,
    preview_confirmation,
    preview_welcome,
    sender_for,
)
from subscriptions.web.admin.access import Rule, access, current_newsletter
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.framing import BUILDER, FRAMED_MAIL, SAME_ORIGIN
from subscriptions.web.admin.inputs import refused
from subscriptions.web.admin.mail_text_inputs import MailTextsInput, mail_texts_input
from subscriptions.web.headers import own_policy
from subscriptions.web.languages import own_name

HERE = "/newsletters/<newsletter>/mails"


@blueprint.route(HERE, methods=["GET", "POST"])
@own_policy(BUILDER)
@access(Rule.EDITOR)
def own_words(newsletter: str) -> ResponseReturnValue:
    """The words in each language."""
    owner = current_newsletter()
    form, warned = mail_texts_input(owner), False
    if request.method == "POST" and form.validate():
        try:
            _save(owner, form)
        except ReadsLikeAdvertising as error:
            refused(form, error)
            warned = True
        except Invalid as error:
            refused(form, error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("admin.newsletter", newsletter=owner.slug))
    page = render_template(
        "admin/mail_texts.html", form=form, newsletter=owner, warned=warned, own_name=own_name
    )
    return page, 422 if form.errors else 200


def _save(owner: Newsletter, form: MailTextsInput) -> None:
    with unit_of_work() as session:
        set_mail_texts(
            session,
            owner,
            form.texts(),
            welcomes=bool(form.welcomes.data),
            anyway=bool(form.anyway.data),
        )
        note(
            session,
            "newsletter.mails edited",
            f"newsletter {owner.slug}",
            welcomes=owner.welcomes,
            kept_in_spite_of_the_warning=form.anyway.data or None,
        )


@blueprint.post(f"{HERE}/preview")
@own_policy(FRAMED_MAIL, SAME_ORIGIN)
@access(Rule.EDITOR)
def preview_mail(newsletter: str) -> ResponseReturnValue:
    """One of both mails with what is in the fields. Nothing of it is kept or sent."""
    owner = current_newsletter()
    form = mail_texts_input(owner)
    try:
        if form.validate():
            texts = form.texts()
            check_mail_texts(texts)
            return Response(_mail(owner, texts, *form.wanted()).html)
    except Invalid as error:
        refused(form, error)
    return render_template("admin/draft_refused.html", form=form), 422


def _mail(
    owner: Newsletter, texts: dict[str, MailTexts], template: str, locale: str
) -> RenderedMail:
    sender, own = sender_for(owner), texts[locale]
    if template == WELCOME:
        return preview_welcome(sender, locale, own.subject, own.welcome)
    changed = Sender(
        sender.newsletter_id,
        sender.slug,
        sender.name,
        sender.sender_name,
        sender.reply_to,
        {locale: own.confirmation},
    )
    topics = [topic.title for topic in owner.topics if topic.retired_at is None]
    return preview_confirmation(changed, locale, topics)
