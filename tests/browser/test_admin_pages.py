"""Every page in a real browser: for everybody, at every width, in light and dark, by keyboard."""

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from subscriptions.web import admin
from tests.support.browsing import (
    AXE,
    Browsing,
    barriers_in_both_schemes,
    tab_to,
    too_wide,
)
from tests.support.looks import DESKTOP, PHONE
from tests.support.operators import PASSWORD
from tests.support.screenshots import pages
from tests.support.service import Service

OWNER = "browser-owner@example.org"
WIDTHS = (768, 320, 360)  # pixels
TABLE = tomllib.loads((Path(admin.__file__).parent / "routes.toml").read_text())
# A file, a choice that only who has both kinds of second step sees, and what shows another page.
NOT_WALKED = {
    "/admin/incidents/<int:incident>/authority.txt",
    "/admin/tf-select",
    "/admin/wan-delete",
}


@pytest.fixture(scope="module")
def account(live_server: Service) -> str:
    """The link that sets up the account of an owner."""
    made = live_server.flask("operator", "create", OWNER, "--role", "owner")
    link = re.search(r"http://\S+/admin/setup/\S+", made.stdout)
    assert link, made.stderr
    return link[0]


@pytest.fixture
def signed_up(account: str, browser: Browsing) -> str:
    """The same once the account is set up, whichever test comes first."""
    page = browser.open(account)
    if page.get_by_role("button", name="Set up the account").count():
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_role("button", name="Set up the account").click()
        page.wait_for_url("**/admin/login")
    return account


def _sign_in(page: Page) -> None:
    page.goto("/admin/login")
    tab_to(page, "E-mail address")
    page.keyboard.type(OWNER)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")


def _not_seen(paths: set[str]) -> set[str]:
    """The pages of the admin that none of these paths leads to."""
    routes = {route.removeprefix("GET ") for route in TABLE if route.startswith("GET ")}
    return {
        route
        for route in routes - NOT_WALKED
        if not any(re.fullmatch(re.sub(r"<[^>]+>", "[^/]+", route), path) for path in paths)
    }


@pytest.mark.timeout(300)
def test_no_page_has_a_barrier_or_is_too_wide_and_none_is_left_out(
    browser: Browsing, live_server: Service, account: str
) -> None:
    wrong: list[str] = []
    seen: set[str] = set()
    first = browser.open(viewport=PHONE)
    first.context.add_init_script(AXE)
    for title, page in pages(live_server, first, account, OWNER):
        seen.add(urlsplit(page.url).path)
        if title == "mail-html":
            continue  # a mail, shown where no script may run: axe neither
        page.wait_for_load_state()
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        wrong += barriers_in_both_schemes(page) + too_wide(page, WIDTHS)
    assert wrong == []
    assert _not_seen(seen) == set()


def _follow(page: Page, name: str) -> None:
    """Walk to a link or button with Tab, and press Enter."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _change_the_form(page: Page) -> None:
    _follow(page, "Subscribe to our news")
    _follow(page, "Edit")
    tab_to(page, "Introduction")
    page.keyboard.type("Once or twice a month.")
    _follow(page, "Save")
    expect(page.get_by_role("status")).to_have_text("Saved.")


def _find_somebody(page: Page) -> None:
    _follow(page, "Find subscribers")
    tab_to(page, "Address or name")
    page.keyboard.type("nobody@example.org")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("Nobody fits.")).to_be_visible()


def _export(page: Page) -> None:
    _follow(page, "Export")
    tab_to(page, "What is it for?")
    page.keyboard.type("The May issue")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.startswith("news-active-")
    page.reload()
    _follow(page, page.locator("main table a").first.inner_text())
    tab_to(page, "Download who has left since")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.startswith("news-left-")


def test_a_day_of_an_operator_needs_no_mouse(signed_up: str, browser: Browsing) -> None:
    page = browser.open()
    _sign_in(page)
    for task in (_change_the_form, _find_somebody, _export):
        page.goto("/admin/")
        tab_to(page, "Skip to the content")
        page.keyboard.press("Enter")
        _follow(page, "News")
        task(page)
    page.goto("/admin/audit")
    for act in ("form.edited", "export.followed_up"):
        expect(page.get_by_text(act).first).to_be_visible()


def test_the_opt_in_record_is_printed_without_what_is_for_the_screen(
    signed_up: str, browser: Browsing
) -> None:
    page = browser.open("/forms/news", viewport=PHONE, color_scheme="dark")
    page.get_by_label("E-mail address").fill("printed@example.org")
    page.get_by_role("checkbox", name="Yes, please send me").check()
    page.get_by_role("button", name="Subscribe").click()
    _sign_in(page)
    page.goto("/admin/newsletters/news/subscribers")
    page.get_by_role("link", name="printed@example.org").click()
    page.get_by_role("button", name="Opt-in record").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Opt-in record")
    page.wait_for_load_state()
    page.emulate_media(media="print")
    for selector in (".bar", ".back", ".screen", ".foot"):
        expect(page.locator(selector)).to_be_hidden()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.get_by_text("Please confirm: News")).to_be_visible()


def test_a_form_is_seen_while_it_is_edited_and_the_way_back_stays_short(
    signed_up: str, browser: Browsing
) -> None:
    page = browser.open(viewport=DESKTOP)
    _sign_in(page)
    page.goto("/admin/newsletters/news/forms/news")
    page.get_by_role("link", name="Edit").press("Enter")
    shown = page.frame_locator("iframe:not([hidden])")
    expect(shown.get_by_role("heading", level=1)).to_have_text("Subscribe to our news")
    for title in ("Read us", "Read us again"):
        page.get_by_label("Title", exact=True).fill(title)
        expect(shown.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_label("Colour of buttons and links").fill("#7a1f5c")
    expect(shown.get_by_role("button")).to_have_css("background-color", "rgb(122, 31, 92)")
    page.go_back()
    expect(page).to_have_url(re.compile("/forms/news$"))
