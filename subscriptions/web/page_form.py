"""What the forms of the public pages have in common: they speak the language of the page."""

from flask_babel import get_translations
from wtforms import Form

from subscriptions.core.words import mark, mark_plural

# What WTForms says by itself on these forms, where nobody has given it words.
BUILT_IN = (
    mark("This field is required."),
    mark("Not a valid choice."),
    mark("Not a valid date value."),
    mark_plural(
        "'%(value)s' is not a valid choice for this field.",
        "'%(value)s' are not valid choices for this field.",
    ),
)


class PageWords:
    """WTForms' translations: ours, looked up only when something has to be said."""

    def gettext(self, text: str) -> str:
        """The text in the language of the page."""
        return str(get_translations().ugettext(text))

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The text in the language of the page, in the form that fits the number."""
        return str(get_translations().ungettext(one, many, number))


PAGE_WORDS = PageWords()


class PageForm(Form):
    """A form of a public page."""

    class Meta:
        """How WTForms treats it."""

        def get_translations(self, form: Form) -> PageWords:
            """The same for every form and language."""
            return PAGE_WORDS
