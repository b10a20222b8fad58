"""Rights by oneself, in a real browser: with a keyboard, on a phone, light and dark."""

import json
import re
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect

from tests.support.browsing import Browsing, barriers_in_both_schemes, tab_to
from tests.support.service import Service

PHONE = ViewportSize(width=320, height=640)


def _link(service: Service, address: str, part: str, count: int) -> str:
    body = service.wait_for_mail(address, count).get_body(("plain",))
    found = re.search(rf"https?://\S+/{part}/\S+", str(body.get_content()) if body else "")
    assert found is not None
    return found[0]


def _press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def _subscribe(page: Page, service: Service, address: str) -> None:
    page.goto("/forms/news")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("checkbox", name="Yes, please send me").check()
    _press(page, "Subscribe")
    page.goto(_link(service, address, "confirm", 1))
    _press(page, "Confirm my subscription")


def _ask(page: Page, service: Service, address: str, count: int = 2) -> str:
    page.goto("/privacy")
    page.get_by_role("link", name="See, correct, download or erase your data").click()
    page.get_by_label("E-mail address").fill(address)
    _press(page, "Mail me the link")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    return _link(service, address, "manage", count)


def test_somebody_sees_takes_along_and_erases_everything_with_the_keyboard_alone(
    page: Page, live_server: Service
) -> None:
    """MM2, MP1, MP5, MC13."""
    address = "keys-manage@example.org"
    _subscribe(page, live_server, address)
    page.goto(_ask(page, live_server, address))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data")
    tab_to(page, "Consent records")
    page.keyboard.press("Enter")
    expect(page.get_by_text("you confirmed", exact=True)).to_be_visible()
    tab_to(page, "JSON")
    with page.expect_download() as copy:
        page.keyboard.press("Enter")
    assert copy.value.suggested_filename == "my-data.json"
    held = json.loads(Path(copy.value.path()).read_text())["data"]
    assert held["address"]["entries"][0]["address"] == address
    tab_to(page, "Erase everything …")
    page.keyboard.press("Enter")
    tab_to(page, "Erase everything")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data is erased")
    assert page.context.cookies() == []


def test_the_address_can_be_changed_without_javascript(
    browser: Browsing, live_server: Service
) -> None:
    page = browser.open(java_script_enabled=False)
    old, new = "before@example.org", "after@example.org"
    _subscribe(page, live_server, old)
    page.goto(_ask(page, live_server, old))
    page.get_by_label("New e-mail address").fill(new)
    page.get_by_role("button", name="Mail the new address").click()
    expect(page.get_by_role("status")).to_contain_text("A mail is on its way")
    page.goto(_link(live_server, new, "address", 1))
    page.get_by_role("button", name="Confirm this address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your address is changed")
    page.goto(_ask(page, live_server, new))
    expect(page.get_by_text(new).first).to_be_visible()


def test_a_mistake_is_told_at_the_top_and_leads_to_its_field(
    page: Page, live_server: Service
) -> None:
    address = "mistake@example.org"
    _subscribe(page, live_server, address)
    page.goto(_ask(page, live_server, address))
    _press(page, "Mail the new address")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_role("link", name="Please enter your new e-mail address.").click()
    expect(page.get_by_label("New e-mail address")).to_be_focused()


def test_no_page_shuts_anybody_out(browser: Browsing, live_server: Service) -> None:
    address = "manage@example.org"
    page = browser.open(viewport=PHONE)
    _subscribe(page, live_server, address)
    link = _ask(page, live_server, address)
    wrong = barriers_in_both_schemes(page)
    for path in ("/manage", "/privacy", "/manage/forged", link):
        page.goto(path)
        wrong += barriers_in_both_schemes(page)
    for closed in page.locator("details").all():
        closed.locator("summary").click()
    wrong += barriers_in_both_schemes(page)
    for name in ("Save the corrections", "Restrict my data", "Lift the restriction"):
        _press(page, name)
        wrong += barriers_in_both_schemes(page)
    _press(page, "Mail the new address")
    wrong += barriers_in_both_schemes(page)
    page.get_by_label("New e-mail address").fill(f"new-{address}")
    _press(page, "Mail the new address")
    wrong += barriers_in_both_schemes(page)
    page.goto(_link(live_server, f"new-{address}", "address", 1))
    wrong += barriers_in_both_schemes(page)
    _press(page, "Confirm this address")
    wrong += barriers_in_both_schemes(page)
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link is over")
    wrong += barriers_in_both_schemes(page)
    page.goto(_ask(page, live_server, f"new-{address}"))
    page.get_by_text("Object to everything …").click()
    _press(page, "Object and erase everything")
    wrong += barriers_in_both_schemes(page)
    assert wrong == []
