"""The admin's pages in a real browser: for everybody, at every width, in light and dark."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.support.browsing import Browsing
from tests.support.operators import PASSWORD
from tests.support.service import Service

OWNER = "browser-owner@example.org"
PHONE, DESKTOP = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)
AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = (
    "/admin/",
    "/admin/newsletters",
    "/admin/newsletters/new",
    "/admin/newsletters/news",
    "/admin/newsletters/news/edit",
    "/admin/newsletters/news/mails",
    "/admin/newsletters/news/topics",
    "/admin/newsletters/news/forms/new",
    "/admin/newsletters/news/forms/news",
    "/admin/newsletters/news/forms/news/edit",
    "/admin/newsletters/news/forms/news/preview",
    "/admin/newsletters/news/subscribers",
    "/admin/newsletters/news/subscribers/new",
    "/admin/newsletters/news/export",
    "/admin/announcements",
    "/admin/announcements/policy",
    "/admin/dead-letters",
    "/admin/sites",
    "/admin/incidents",
    "/admin/incidents/new",
    "/admin/retention",
    "/admin/register",
    "/admin/suppression",
    "/admin/suppression/new",
    "/admin/suppression/lift",
    "/admin/api-keys",
    "/admin/api-keys/new",
    "/admin/audit",
    "/admin/operators",
    "/admin/operators/new",
    "/admin/account",
    "/admin/change",
    "/admin/tf-setup",
    "/admin/mf-recovery-codes",
    "/admin/wan-register",
    "/admin/nowhere",
)
BEFORE_SIGN_IN = ("/admin/login", "/admin/wan-signin", "/admin/reset", "/admin/setup/no-such-link")


def _sign_in(page: Page) -> None:
    page.goto("/admin/login")
    page.get_by_label("E-mail address").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).press("Enter")
    page.wait_for_url("**/admin/")


@pytest.fixture(scope="module")
def account(live_server: Service) -> str:
    """An owner who has set a password by the printed link."""
    made = live_server.flask("operator", "create", OWNER, "--role", "owner")
    link = re.search(r"http://\S+/admin/setup/\S+", made.stdout)
    assert link, made.stderr
    return link[0]


@pytest.fixture
def signed_up(account: str, browser: Browsing) -> str:
    """The same, whichever test comes first."""
    page = browser.open(account)
    if page.get_by_role("button", name="Set up the account").count():
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_role("button", name="Set up the account").click()
        page.wait_for_url("**/admin/login")
    return account


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")])
def test_no_page_has_a_barrier_or_is_too_wide(
    signed_up: str, browser: Browsing, viewport: ViewportSize, scheme: str
) -> None:
    page, axe = browser.open(viewport=viewport, color_scheme=scheme), Axe()
    problems: dict[str, object] = {}
    for path in (*BEFORE_SIGN_IN, *PAGES):
        if path == PAGES[0]:
            _sign_in(page)
        page.goto(path)
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        found = axe.run(page, options=AA).response["violations"]
        if found:
            problems[path] = [(one["id"], one["nodes"][0]["html"]) for one in found]
        if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
            problems[f"{path} is too wide"] = viewport["width"]
    assert problems == {}


def test_the_way_from_signing_in_to_an_export_needs_no_mouse(
    signed_up: str, browser: Browsing
) -> None:
    page = browser.open()
    _sign_in(page)
    page.get_by_role("link", name="News", exact=True).press("Enter")
    page.get_by_role("link", name="Export").press("Enter")
    with page.expect_download() as download:
        page.get_by_label("What is it for?").fill("The May issue")
        page.get_by_role("button", name="Export").press("Enter")
    assert download.value.suggested_filename.startswith("news-active-")
    page.reload()
    page.locator("table a").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is ready")
    page.wait_for_load_state()  # the heading is there before the style sheets are
    found = Axe().run(page, options=AA).response["violations"]
    assert [one["id"] for one in found] == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download who has left since").press("Enter")
    assert download.value.suggested_filename.startswith("news-left-")


def test_the_opt_in_record_has_no_barrier_and_is_printed_without_what_is_for_the_screen(
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
    found = Axe().run(page, options=AA).response["violations"]
    assert [one["id"] for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
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
