"""A form as a page or a sign-up needs it: plain values, to be remembered and handed on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from subscriptions.newsletters.asking import AskedField
from subscriptions.newsletters.colours import Theme


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """A topic as a form offers it."""

    id: int
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class ShownLogo:
    """A logo as a page needs it: its name, and its size in pixels."""

    hash: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Everything that a sign-up needs to know of its form, read in two statements.

    May be remembered: :func:`is_current` says in one small statement whether it is still so.
    """

    id: int
    slug: str
    title: str
    intro: str
    locale: str
    email: AskedField
    fields: tuple[AskedField, ...]
    wording_hash: str
    wording: str
    thanks: str
    redirect_url: str
    theme: Theme
    logo: ShownLogo | None
    newsletter_id: int
    revision: int
    newsletter_slug: str
    newsletter_name: str
    newsletter_description: str
    sender_name: str
    reply_to: str
    topics: tuple[TopicChoice, ...]
    # By language. They are the newsletter's, whose revision is compared.
    confirmation_texts: Mapping[str, str] = field(compare=False)
    others: tuple["OpenForm", ...] = field(default=(), compare=False)

    def in_language(self, locale: str) -> "OpenForm":
        """The form in this language, or as it is if it doesn't speak it."""
        return next((other for other in self.others if other.locale == locale), self)

    @property
    def locales(self) -> list[str]:
        """The languages that it speaks, its own first."""
        return [self.locale, *(other.locale for other in self.others)]
