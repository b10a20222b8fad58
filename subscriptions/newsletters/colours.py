"""The colours of a form: two that an operator chooses, the others made from them, all readable.

Contrast is that of WCAG 2.2 (1.4.3, 1.4.11): a ratio between 1 and 21 of relative luminances.
"""

import re
from dataclasses import dataclass
from math import floor

from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _

COLOUR = re.compile(r"#[0-9a-f]{6}")
TEXT = 4.5  # the least contrast of text; controls need 3:1 and have this too
# What public.css has.
ACCENT, BACKGROUND = "#14605a", "#f6f3ee"
SHEET, SOFT = "#fffdfa", "#635b51"
DARK_SHEET, DARK_PAPER = "#1f1d1a", "#171614"
WHITE, BLACK = "#ffffff", "#000000"
STEPS = 20


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of buttons and links, and behind the page; ours unless chosen otherwise."""

    accent: str = ACCENT
    background: str = BACKGROUND

    @property
    def is_ours(self) -> bool:
        """Whether it is what every page has."""
        return self == OURS


OURS = Theme()


def theme_of(accent: str, background: str) -> Theme:
    """The theme that a form keeps, where nothing means ours."""
    return Theme(accent or ACCENT, background or BACKGROUND)


def check_theme(theme: Theme) -> None:
    """Raise :class:`Invalid` with the ratio unless all that is written can be read."""
    for colour in (theme.accent, theme.background):
        if not COLOUR.fullmatch(colour):
            raise Invalid(_("A colour is written like #14605a."))
    _demand(
        contrast(theme.accent, SHEET),
        _("Links and buttons have a contrast of %(ratio)s to the page in this colour."),
    )
    _demand(
        contrast(SOFT, theme.background),
        _("The words around the page have a contrast of %(ratio)s to this background."),
    )
    _demand(
        contrast(theme.accent, theme.background),
        _("Links around the page have a contrast of %(ratio)s to this background."),
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def style_sheet(theme: Theme) -> str:
    """What sets the theme on top of public.css. In the dark the page is ours, the accent theirs."""
    light = {
        "accent": theme.accent,
        "accent-strong": mixed(theme.accent, BLACK, 0.3),
        "on-accent": WHITE,
        "paper": theme.background,
        "tint": theme.background,
    }
    dark = {"tint": DARK_PAPER}
    if theme.accent != ACCENT:
        accent = in_the_dark(theme.accent)
        dark |= {
            "accent": accent,
            "accent-strong": mixed(accent, WHITE, 0.35),
            "on-accent": DARK_PAPER,
        }
    return _rule("light", light) + _rule("dark", dark)


def in_the_dark(accent: str) -> str:
    """The accent, with as much white in it as it takes to be read on the dark page."""
    lighter = (mixed(accent, WHITE, step / STEPS) for step in range(STEPS + 1))
    return next(colour for colour in lighter if contrast(colour, DARK_SHEET) >= TEXT)


def mixed(colour: str, other: str, share: float) -> str:
    """The colour with a share of another in it, from 0 to 1."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _rule(scheme: str, values: dict[str, str]) -> str:
    body = "".join(f"--{name}: {value}; " for name, value in values.items())
    return f"@media screen and (prefers-color-scheme: {scheme}) {{ :root {{ {body}}} }}\n"


def _demand(ratio: float, words: object) -> None:
    if ratio < TEXT:
        said = str(words) % {"ratio": f"{floor(ratio * 10) / 10}:1"}
        raise Invalid(_("%(said)s At least 4.5:1 is needed to be read.", said=said))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
