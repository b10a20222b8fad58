"""A form as an operator has it in mind: to be looked at, or to be kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from subscriptions.newsletters.asking import ADDRESS, AskedField
from subscriptions.newsletters.colours import OURS, Theme
from subscriptions.newsletters.logos import Logo


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDraft:
    """Everything about a form that can be changed."""

    title: str
    wording: str
    intro: str = ""
    locale: str = "en"
    email: AskedField = ADDRESS
    fields: Sequence[AskedField] = ()
    topic_slugs: Sequence[str] = ()
    thanks: str = ""
    redirect_url: str = ""
    theme: Theme = OURS
    logo: Logo | None = None  # a new one
    without_logo: bool = False  # none any more
