"""The menu: sections, and in each only what the operator may open."""

import re
from urllib.parse import urljoin

import pytest
from flask import Flask

from subscriptions.operators.roles import Role
from tests.support.applications import Visitor
from tests.support.operators import desk_of, make_operator
from tests.support.visits import open_newsletter

LINK = re.compile(r'<li><a href="([^"]+)"( aria-current="(?:page|true)")?>([^<]+)</a></li>')


def _menu(page: str) -> dict[str, list[str]]:
    """The labels of each navigation list."""
    lists = re.findall(r'<ul class="(menu[^"]*)">(.*?)</ul>', page, re.DOTALL)
    return {kind: [label for _, _, label in LINK.findall(entries)] for kind, entries in lists}


@pytest.fixture(autouse=True)
def _newsletter(app: Flask) -> None:
    open_newsletter(app)


@pytest.mark.parametrize(
    ("everywhere", "on_news", "sections"),
    [
        (Role.OWNER, None, ["Overview", "Newsletters", "Privacy", "Team", "My account"]),
        (Role.VIEWER, None, ["Overview", "Newsletters", "Privacy", "My account"]),
        (None, Role.EDITOR, ["Overview", "Newsletters", "My account"]),
    ],
)
def test_each_role_sees_the_sections_that_it_may_open(
    app: Flask, everywhere: Role | None, on_news: Role | None, sections: list[str]
) -> None:
    make_operator(app, "o@example.org", everywhere, {"news": on_news} if on_news else {})
    desk = desk_of(app, "o@example.org")
    page = desk.get("/admin/").text
    assert _menu(page) == {"menu": sections}
    for url, _, label in LINK.findall(page):
        inside = desk.get(url)
        assert inside.status_code == 200, label
        for below, _, name in LINK.findall(inside.text):
            assert desk.get(below).status_code == 200, name


def test_a_page_below_another_is_in_its_section(app: Flask) -> None:
    make_operator(app, "o@example.org", Role.OWNER)
    page = desk_of(app, "o@example.org").get("/admin/newsletters/news").text
    assert _menu(page)["menu pages"][:2] == ["Newsletters", "Announcements"]
    current = [(mark, label) for _, mark, label in LINK.findall(page) if mark]
    assert current[:2] == [(' aria-current="true"', "Newsletters")] * 2


def test_the_style_sheet_and_what_it_imports_are_there(client: Visitor) -> None:
    """Bootstrap comes by ours alone: a page laid out by one of the two asks for its pictures."""
    page = client.get("/admin/login").text
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)
    [imported] = re.findall(r'@import url\("([^"]+)"\);', client.get(sheet, buffered=True).text)
    wanted = urljoin(sheet, imported)
    assert f'<link rel="preload" as="style" href="{wanted}">' in page
    assert client.get(wanted, buffered=True).mimetype == "text/css"
