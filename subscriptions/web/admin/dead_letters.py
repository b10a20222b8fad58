"""Dead letters: mail that the server refused for good, or that could not be sent in days."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from subscriptions.core.addresses import mask
from subscriptions.core.errors import NotFound
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.mail.models import OutboxMessage
from subscriptions.mail.outbox import dead_letters as all_dead_letters
from subscriptions.mail.outbox import discard_dead_letter, retry_dead_letter
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.operators.roles import Role
from subscriptions.web.admin.access import Rule, access, current_operator, must_be
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint


def visible_letters() -> Sequence[OutboxMessage]:
    """The dead letters of newsletters that this operator has a role on.

    Mail of no newsletter is mail to operators; who has a role everywhere sees it as well.
    """
    operator = current_operator()
    return [
        letter
        for letter in all_dead_letters(current_session())
        if operator.may(Role.VIEWER, letter.newsletter_id)
    ]


@blueprint.get("/dead-letters")
@access(Rule.SIGNED_IN)
def dead_letters() -> ResponseReturnValue:
    """The list, with masked addresses."""
    operator = current_operator()
    names = {n.id: n.name for n in all_newsletters(current_session())}
    shown = [
        {
            "id": letter.id,
            "recipient": mask(letter.recipient),
            "template": letter.template,
            "newsletter": names.get(letter.newsletter_id or 0, ""),
            "dead_at": letter.dead_at,
            "error": letter.last_error,
            "may_act": operator.may(Role.EDITOR, letter.newsletter_id),
        }
        for letter in visible_letters()
    ]
    return render_template("admin/dead_letters.html", letters=shown)


@blueprint.post("/dead-letters/<int:letter>/retry")
@access(Rule.SIGNED_IN)
def retry(letter: int) -> ResponseReturnValue:
    """Try one again. Needs an editor of its newsletter."""
    with unit_of_work() as session:
        _check(session, letter)
        retry_dead_letter(session, letter)
        note(session, "mail.tried again", f"message {letter}")
    flash(_("The mail is tried again now."), "success")
    return redirect(url_for("admin.dead_letters"))


@blueprint.post("/dead-letters/<int:letter>/discard")
@access(Rule.SIGNED_IN)
def discard(letter: int) -> ResponseReturnValue:
    """Throw one away. Needs an editor of its newsletter."""
    with unit_of_work() as session:
        _check(session, letter)
        discard_dead_letter(session, letter)
        note(session, "mail.discarded", f"message {letter}")
    flash(_("The mail is gone."), "success")
    return redirect(url_for("admin.dead_letters"))


def _check(session: Session, letter_id: int) -> None:
    letter = session.get(OutboxMessage, letter_id)
    if letter is None or letter.dead_at is None:
        raise NotFound
    if not current_operator().may(Role.VIEWER, letter.newsletter_id):
        raise NotFound
    must_be(Role.EDITOR, letter.newsletter_id)
