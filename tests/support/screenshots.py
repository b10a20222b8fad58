"""``make screenshots``: walk the main way in a real browser and take a picture of each page.

Without words, the pictures of the README go to ``docs/images``. With a folder as the only word,
every page goes there, on a phone and on a desktop, light and dark, to be looked at.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.support.browsing import Browsing
from tests.support.chromium import FLAGS, find_chromium
from tests.support.service import ROOT, Service

Scheme = Literal["light", "dark"]
README = {"form", "preferences"}
ADDRESS = "ada@example.org"
LINK = re.compile(r"https?://\S+")
DESKTOP = ViewportSize(width=1100, height=760)
PHONE = ViewportSize(width=320, height=640)


def main() -> None:
    """Take the pictures."""
    everything = len(sys.argv) > 1
    folder = Path(sys.argv[1]) if everything else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    for name, viewport, scheme in _variants(everything):
        with _walk(viewport, scheme) as pages:
            for title, page in pages:
                if everything or title in README:
                    path = folder / f"{title}{name}.png"
                    page.screenshot(path=path, full_page=True)
                    print(path)


def _variants(everything: bool) -> list[tuple[str, ViewportSize, Scheme]]:
    if not everything:
        return [("", DESKTOP, "light")]
    return [
        (f"-{device}-{scheme}", viewport, scheme)
        for device, viewport in (("desktop", DESKTOP), ("phone", PHONE))
        for scheme in ("light", "dark")
    ]


@contextmanager
def _walk(viewport: ViewportSize, scheme: Scheme) -> Iterator[Iterator[tuple[str, Page]]]:
    """The pages of the main way, in order, each ready for its picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        service = Service(Path(folder))
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        browsing = Browsing(browser, service.url)
        try:
            service.start()
            yield _pages(service, browsing.open(viewport=viewport, color_scheme=scheme))
        finally:
            browsing.close()
            browser.close()
            service.kill()


def _pages(service: Service, page: Page) -> Iterator[tuple[str, Page]]:
    yield from _sign_up(page)
    mail = service.wait_for_mail(ADDRESS)
    yield from _mailbox(page)
    yield from _confirm(page, _link(mail, "/confirm/"))
    yield from _choose_and_leave(page)
    page.goto("/privacy")
    yield "privacy", page
    page.goto("/nothing-here")
    yield "error", page


def _sign_up(page: Page) -> Iterator[tuple[str, Page]]:
    page.goto("/")
    yield "index", page
    page.goto("/forms/news")
    yield "form", page
    page.locator("[name=email]").fill("ada@example")
    _press(page)
    yield "form-errors", page
    page.locator("[name=email]").fill(ADDRESS)
    page.locator("[name=topics]").first.check()
    page.locator("[name=consent]").check()
    _press(page)
    yield "sent", page


def _mailbox(page: Page) -> Iterator[tuple[str, Page]]:
    page.goto("/dev/mailbox")
    yield "mailbox", page
    page.locator("main li a").first.click()
    yield "mail", page
    page.goto(f"{page.url}/html")
    yield "mail-html", page


def _confirm(page: Page, link: str) -> Iterator[tuple[str, Page]]:
    page.goto(link)
    yield "confirm", page
    _press(page)
    yield "confirmed", page
    page.locator("main a[href*='/preferences/']").click()


def _choose_and_leave(page: Page) -> Iterator[tuple[str, Page]]:
    yield "preferences", page
    _press(page)
    yield "preferences-saved", page
    page.locator("main a[href*='/unsubscribe/']").click()
    yield "unsubscribe", page
    _press(page)
    yield "unsubscribed", page


def _press(page: Page) -> None:
    page.locator("main form button").first.click()


def _link(mail: EmailMessage, part: str) -> str:
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return next(found[0] for found in LINK.finditer(text) if part in found[0])


if __name__ == "__main__":
    main()
