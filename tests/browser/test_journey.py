"""The whole way of a newcomer, in a real browser: in, choose, and out without a trace."""

import re
from email.message import EmailMessage

from playwright.sync_api import Page, expect

from tests.support.browsing import Browsing, tab_to
from tests.support.service import Service
from tests.support.waiting import wait_until


def _sign_up(page: Page, address: str) -> None:
    page.goto("/forms/news")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Events").check()
    page.get_by_role("checkbox", name="Yes, please send me").check()
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")


def _link(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    found = re.search(r"https?://\S+/confirm/\S+", str(body.get_content()) if body else "")
    assert found is not None
    return found[0]


def _places_of(service: Service, address: str) -> list[str]:
    return [
        path.name
        for path in service.data_dir.rglob("*")
        if path.is_file() and address.encode() in path.read_bytes().lower()
    ]


def _assert_nothing_left(service: Service, address: str) -> None:
    wait_until("clean data folder", lambda: not _places_of(service, address), 60)


def _take_the_receipt(page: Page, service: Service, address: str) -> None:
    with page.expect_download() as receipt:
        page.get_by_role("link", name="Download your receipt").click()
    assert receipt.value.suggested_filename == "consent-receipt-news.json"
    verified = service.flask("privacy", "verify-receipt", str(receipt.value.path()))
    assert verified.returncode == 0, verified.stderr
    assert address in verified.stdout


def test_a_newcomer_signs_up_confirms_chooses_and_leaves_without_a_trace(
    page: Page, live_server: Service
) -> None:
    address = "journey@example.org"
    page.goto("/")
    page.get_by_role("link", name="Subscribe to our news").click()
    _sign_up(page, address)
    live_server.wait_for_mail(address)
    page.goto("/dev/mailbox")
    page.locator("li", has_text=address).get_by_role("link").click()
    page.locator("pre a[href*='/confirm/']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your subscription")
    page.get_by_role("button", name="Confirm my subscription").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed")
    _take_the_receipt(page, live_server, address)
    page.get_by_role("link", name="Choose what you receive").click()
    expect(page.get_by_label("Events")).to_be_checked()
    page.get_by_label("Events").uncheck()
    page.get_by_label("Product news").check()
    page.get_by_label("At most once a month").check()
    page.get_by_role("button", name="Save my choices").click()
    expect(page.get_by_role("status")).to_contain_text("Your choices are saved.")
    page.reload()
    expect(page.get_by_label("Product news")).to_be_checked()
    page.get_by_role("link", name="Unsubscribe from News").click()
    expect(page.get_by_text("your only subscription")).to_be_visible()
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
    expect(page.get_by_text("have been erased")).to_be_visible()
    assert page.context.cookies() == []
    _assert_nothing_left(live_server, address)


def test_the_whole_way_can_be_gone_with_the_keyboard_alone(
    page: Page, live_server: Service
) -> None:
    address = "keyboard@example.org"
    page.goto("/forms/news")
    tab_to(page, "E-mail address")
    page.keyboard.type(address)
    tab_to(page, "Events")
    page.keyboard.press("Space")
    tab_to(page, "Yes, please send me")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    page.goto(_link(live_server.wait_for_mail(address)))
    tab_to(page, "Confirm my subscription")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed")
    tab_to(page, "Choose what you receive")
    page.keyboard.press("Enter")
    tab_to(page, "Save my choices")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your choices are saved.")
    tab_to(page, "Unsubscribe from News")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Unsubscribe from")
    tab_to(page, "Unsubscribe")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")


def test_mistakes_are_told_at_the_top_and_lead_to_their_fields(page: Page) -> None:
    page.goto("/forms/news")
    page.get_by_role("button", name="Subscribe").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    summary.get_by_role("link", name="Please enter your e-mail address.").click()
    expect(page.get_by_label("E-mail address")).to_be_focused()
    expect(page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")


def test_it_all_works_without_javascript(browser: Browsing, live_server: Service) -> None:
    page = browser.open(java_script_enabled=False)
    _sign_up(page, "no-script@example.org")
    page.goto(_link(live_server.wait_for_mail("no-script@example.org")))
    page.get_by_role("button", name="Confirm my subscription").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed")
