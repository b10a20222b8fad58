"""The public side, page by page: in by a form, through one's rights, and out without a trace."""

import re
from collections.abc import Iterator
from email.message import EmailMessage

from playwright.sync_api import Page

from tests.support.service import Service

Shown = Iterator[tuple[str, Page]]
LINK = re.compile(r"https?://\S+")
ADDRESS = "ada@example.org"


def press(page: Page) -> None:
    """Press the first button of the page's forms, and wait for what comes of it."""
    with page.expect_navigation():
        page.locator("main form button").first.click()


def link_in(mail: EmailMessage, part: str) -> str:
    """The link in the text of a mail that has this in its path."""
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return next(found[0] for found in LINK.finditer(text) if part in found[0])


def come(service: Service, page: Page) -> Shown:
    """Sign up, read the mail, confirm."""
    yield from _sign_up(page)
    mail = service.wait_for_mail(ADDRESS)
    yield from _mailbox(page)
    page.goto("/confirm/forged")
    yield "link-not-complete", page
    page.goto(link_in(mail, "/confirm/"))
    yield "confirm", page
    press(page)
    yield "confirmed", page


def use_rights(service: Service, page: Page) -> Shown:
    """Ask for the link to one's data, and look at them."""
    page.goto("/manage")
    yield "manage-ask", page
    page.locator("[name=email]").fill(ADDRESS)
    press(page)
    yield "manage-sent", page
    page.goto(link_in(service.wait_for_mail(ADDRESS, 2), "/manage/"))
    yield "manage", page


def write(page: Page) -> Shown:
    """Write to whoever runs it."""
    page.goto("/contact")
    yield "contact", page
    page.locator("[name=email]").fill(ADDRESS)
    page.locator("[name=message]").fill("When does the next issue come?\n\nGreetings, Ada")
    press(page)
    yield "contact-sent", page


def leave(page: Page, preferences: str, confirmed: str) -> Shown:
    """Choose what to receive, and then rather leave."""
    page.goto(preferences)
    yield "preferences", page
    press(page)
    yield "preferences-saved", page
    page.goto(str(page.locator("main a[href*='/unsubscribe/']").first.get_attribute("href")))
    yield "unsubscribe", page
    press(page)
    yield "unsubscribed", page
    for title, path in (("privacy", "/privacy"), ("error", "/nothing-here"), ("over", confirmed)):
        page.goto(path)
        yield title, page


def _sign_up(page: Page) -> Shown:
    page.goto("/")
    yield "index", page
    page.goto("/forms/news")
    yield "form", page
    page.locator("[name=email]").fill("ada@example")
    press(page)
    yield "form-errors", page
    page.locator("[name=email]").fill(ADDRESS)
    page.locator("[name=topics]").first.check()
    page.locator("[name=consent]").check()
    press(page)
    yield "sent", page


def _mailbox(page: Page) -> Shown:
    page.goto("/dev/mailbox")
    yield "mailbox", page
    with page.expect_navigation():
        page.locator("main li", has_text=ADDRESS).get_by_role("link").first.click()
    yield "mail", page
    page.goto(f"{page.url}/html")
    yield "mail-html", page
