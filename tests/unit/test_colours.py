"""Whatever colours an operator may choose, everything on the page can be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.core.errors import Invalid
from subscriptions.newsletters.colours import (
    ACCENT,
    BACKGROUND,
    DARK_PAPER,
    DARK_SHEET,
    OURS,
    SHEET,
    SOFT,
    Theme,
    check_theme,
    contrast,
    in_the_dark,
    style_sheet,
)
from tests.support.service import ROOT

SET = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")

DARK, LIGHT = (
    st.tuples(*[st.integers(*ends)] * 3).map(lambda rgb: f"#{bytes(rgb).hex()}")
    for ends in ((0, 150), (200, 255))
)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ff0000", 1.0)],
)
def test_the_contrast_is_the_one_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


def test_our_own_colours_are_those_of_the_style_sheet_and_pass() -> None:
    sheet = (ROOT / "static" / "public.css").read_text()
    for name, colour in {
        "accent": ACCENT,
        "paper": BACKGROUND,
        "sheet": SHEET,
        "soft": SOFT,
    }.items():
        assert f"--{name}: {colour};" in sheet
    dark = sheet[sheet.index("prefers-color-scheme: dark") :]
    assert f"--paper: {DARK_PAPER};" in dark
    assert f"--sheet: {DARK_SHEET};" in dark
    check_theme(OURS)


@given(COLOURS)
def test_every_accent_can_be_read_in_the_dark(accent: str) -> None:
    lighter = in_the_dark(accent)
    assert contrast(lighter, DARK_SHEET) >= 4.5
    assert contrast(DARK_PAPER, lighter) >= 4.5


@given(DARK, LIGHT)
def test_what_is_accepted_can_be_read_everywhere(accent: str, background: str) -> None:
    try:
        check_theme(Theme(accent, background))
    except Invalid:
        return
    light, dark = style_sheet(Theme(accent, background)).splitlines()
    for values, sheet in ((dict(SET.findall(light)), SHEET), (dict(SET.findall(dark)), DARK_SHEET)):
        paper, mine = values.get("paper", DARK_PAPER), values["accent"]
        strong, button = values["accent-strong"], values["on-accent"]
        on_page = [(each, sheet) for each in (mine, strong)]
        around = [(each, paper) for each in (mine, strong, SOFT if sheet == SHEET else strong)]
        noticed = [(each, values["tint"]) for each in (mine, strong)]
        pressed = [(button, each) for each in (mine, strong)]
        for front, back in on_page + around + noticed + pressed:
            assert contrast(front, back) >= 4.5, (front, back)


@pytest.mark.parametrize(
    ("theme", "words"),
    [
        (Theme(accent="#e8a33d"), "contrast of 2.1:1 to the page"),
        (Theme(background="#7a8a99"), "contrast of 1.8:1 to this background"),
        (Theme(accent="#0066ff", background="#e0e0e0"), "Links around the page"),
    ],
)
def test_a_refusal_says_the_ratio(theme: Theme, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_theme(theme)
    assert words in str(refused.value.message)
    assert "At least 4.5:1" in str(refused.value.message)


@pytest.mark.parametrize("colour", ["", "red", "#fff", "#12345g", "#123456;}", "#ABCDEF"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(Invalid):
        check_theme(Theme(accent=colour))


def test_a_style_sheet_sets_nothing_but_colours() -> None:
    sheet = style_sheet(Theme("#7a1f5c", "#ffffff"))
    assert re.sub(r"--[a-z-]+: #[0-9a-f]{6}; ", "", sheet).splitlines() == [
        f"@media screen and (prefers-color-scheme: {scheme}) {{ :root {{ }} }}"
        for scheme in ("light", "dark")
    ]
