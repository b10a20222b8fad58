"""A WTForms field of several choices, each a checkbox."""

from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.widgets import CheckboxInput, ListWidget

__all__ = ["CheckboxesField", "SelectChoice"]


class CheckboxesField(SelectMultipleField):
    """Several choices, each a checkbox; its data is the list of those ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
