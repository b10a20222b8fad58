"""The fields of a filter of subscribers, wherever one is asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Self

from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, SelectField
from wtforms.validators import Optional

from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.filtering import DAYS, NO_FORM, Filter
from subscriptions.subscribers.states import Status
from subscriptions.web.checkboxes import SelectChoice
from subscriptions.web.languages import language_choices

ANY = SelectChoice("", _("Any"))
STATUSES = {Status.PENDING: _("pending"), Status.ACTIVE: _("active")}  # what has ended is erased
YES, NO = "yes", "no"
YES_NO = [ANY, SelectChoice(YES, _("Yes")), SelectChoice(NO, _("No"))]
NAMES = tuple(field.name for field in fields(Filter))


class CameByInput(Form):
    """How people came and what they chose; see :meth:`offered`. Field names are the filter's."""

    topic = SelectField(_("Topic"), default="")
    form = SelectField(_("Source"), default="")
    language = SelectField(_("Language"), default="")
    requested_from = DateField(_("Signed up from"), [Optional()])
    requested_until = DateField(_("Signed up until"), [Optional()])
    confirmed_from = DateField(_("Confirmed from"), [Optional()])
    confirmed_until = DateField(_("Confirmed until"), [Optional()])

    @classmethod
    def offered(cls, owner: Newsletter, values: MultiDict[str, str] | None, **data: Any) -> Self:
        """The form as it was sent, with what the newsletter has to choose from."""
        filled = cls(values, **data)
        topics = (SelectChoice(each.slug, each.title) for each in owner.topics)
        forms = (SelectChoice(each.slug, each.title) for each in owner.forms)
        elsewhere = SelectChoice(NO_FORM, _("No form: taken over from elsewhere"))
        filled.topic.choices = [ANY, *topics]
        filled.form.choices = [ANY, *forms, elsewhere]
        filled.language.choices = [ANY, *language_choices(owner.languages)]
        return filled

    def asked(self) -> Mapping[str, Any]:
        """The filter as the words of a URL; what does not matter is left out."""
        return {name: self[name].data for name in NAMES if name in self and self[name].data}

    def in_words(self) -> Iterator[tuple[str, Any]]:
        """What it asks for, as labels and what was chosen; days as they are."""
        for name in self.asked():
            field = self[name]
            choices = field.iter_choices() if isinstance(field, SelectField) else ()
            chosen = {value: label for value, label, *_ in choices}
            yield field.label.text, chosen.get(field.data, field.data)

    def goes_further(self) -> bool:
        """Whether it asks for more than status and topic."""
        return bool(self.asked().keys() - {"status", "topic"})


class FilterInput(CameByInput):
    """Whom of a newsletter: every part of a filter."""

    status = SelectField(
        _("Status"),
        choices=[ANY, *(SelectChoice(each.value, words) for each, words in STATUSES.items())],
        default="",
    )
    paused = SelectField(_("Paused"), choices=YES_NO, default="")
    restricted = SelectField(_("Restricted"), choices=YES_NO, default="")

    def filter(self) -> Filter:
        """What was filled in."""
        given = dict(self.asked())
        for name in ("restricted", "paused"):
            if name in given:
                given[name] = given[name] == YES
        if "status" in given:
            given["status"] = Status(given["status"])
        return Filter(**given)


def as_words(wanted: Filter) -> dict[str, str]:
    """A filter as the words of a URL and the values of :class:`FilterInput`."""
    kept = wanted.as_json()
    return {n: (YES if v else NO) if isinstance(v, bool) else str(v) for n, v in kept.items()}


def as_data(wanted: Filter) -> dict[str, Any]:
    """A filter as :class:`FilterInput` shows it."""
    days = {name: value for name in DAYS if (value := getattr(wanted, name))}
    return {**as_words(wanted), **days}
