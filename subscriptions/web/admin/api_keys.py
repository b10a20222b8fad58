"""Keys for the API: list, make, revoke. For owners."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, SelectField, StringField, ValidationError
from wtforms.validators import Length

from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.operators.api_keys import Wanted, all_keys, is_in_force, make_key, revoke
from subscriptions.operators.scopes import SCOPES, Scope
from subscriptions.web.admin.access import Rule, access, current_operator
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import NEEDED, posted, stripped
from subscriptions.web.checkboxes import CheckboxesField, SelectChoice


class KeyInput(Form):
    """What a new key is for."""

    name = StringField(
        _("Name"),
        [NEEDED, Length(max=40)],
        description=_("Which machine uses it, such as Web shop. The audit trail names it."),
        filters=[stripped],
    )
    scopes = CheckboxesField(
        _("What it may do"),
        choices=[SelectChoice(scope.value, words) for scope, words in SCOPES.items()],
    )
    newsletter = SelectField(_("For which newsletter"))
    days = SelectField(
        _("Works for"),
        choices=[
            SelectChoice("30", _("30 days")),
            SelectChoice("90", _("90 days")),
            SelectChoice("365", _("a year")),
        ],
        default="90",
    )

    def validate_name(self, field: StringField) -> None:
        """One line: it stands in lists."""
        if field.data and not field.data.isprintable():
            raise ValidationError(gettext("Please use one line of plain text."))

    def validate_scopes(self, field: CheckboxesField) -> None:
        """A key for nothing is of no use."""
        if not field.data:
            raise ValidationError(gettext("Please tick what it may do."))

    def wanted(self) -> Wanted:
        """What was filled in."""
        return Wanted(
            self.name.data or "",
            [Scope(scope) for scope in self.scopes.data or []],
            int(self.newsletter.data) if self.newsletter.data else None,
            timedelta(days=int(self.days.data)),
        )


@blueprint.get("/api-keys")
@access(Rule.OWNER)
def api_keys() -> ResponseReturnValue:
    """The list."""
    newsletters = {one.id: one.name for one in all_newsletters(current_session())}
    return render_template(
        "admin/api_keys.html",
        keys=all_keys(current_session()),
        newsletters=newsletters,
        scopes=SCOPES,
        is_in_force=is_in_force,
    )


@blueprint.route("/api-keys/new", methods=["GET", "POST"])
@access(Rule.OWNER)
def make_api_key() -> ResponseReturnValue:
    """Make one. The answer is the only page that shows it."""
    form = _input()
    if request.method == "POST" and form.validate():
        with unit_of_work() as session:
            made = make_key(session, current_operator(), form.wanted())
        return render_template("admin/api_key_made.html", key=made, name=form.name.data)
    page = render_template("admin/api_key_new.html", form=form)
    return page, 422 if form.errors else 200


@blueprint.post("/api-keys/<reference>/revoke")
@access(Rule.OWNER)
def revoke_api_key(reference: str) -> ResponseReturnValue:
    """Have one open nothing from now on."""
    with unit_of_work() as session:
        revoke(session, current_operator(), reference)
    flash(gettext("The key opens nothing any more."), "success")
    return redirect(url_for("admin.api_keys"))


def _input() -> KeyInput:
    form = KeyInput()
    form.newsletter.choices = [
        SelectChoice("", gettext("All newsletters")),
        *(SelectChoice(str(one.id), one.name) for one in all_newsletters(current_session())),
    ]
    form.process(posted())
    return form
