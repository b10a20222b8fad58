"""``make screenshots``: walk the main way in a real browser and take a picture of each page.

Without words, the pictures of the README go to ``docs/images``. With a folder as the only word,
every page goes there, on a phone and on a desktop, light and dark, to be looked at:
``make screenshots ARGS=/tmp/pages``.
"""

import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize, sync_playwright

from subscriptions.core import clock
from tests.support.browsing import Browsing
from tests.support.chromium import FLAGS, find_chromium
from tests.support.service import ROOT, Service

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
ADDRESS = "ada@example.org"
OPERATOR, PASSWORD = "grace@example.org", "correct horse battery staple"
PAST_DAYS = range(1, 100)
HAPPENED = (
    ("requested", 0, 3),
    ("confirmed", 7, 1),
    ("confirmed", 9, 1),
    ("unsubscribed", 0, 1),
    ("expired", 0, 1),
    ("imported", 0, 1),
    ("bounced", 0, 1),
)
COUNTED = (
    ("status", "active", 58_430),
    ("status", "pending", 611),
    ("topic", "events", 32_040),
    ("topic", "product", 29_760),
    ("topic", "stories", 8_310),
    ("form", "news", 56_500),
    ("form", "", 1_930),
    ("language", "en", 44_220),
    ("language", "de", 14_207),
    ("language", "fr", None),
)
LINK = re.compile(r"https?://\S+")
DESKTOP = ViewportSize(width=1100, height=760)
PHONE = ViewportSize(width=320, height=640)
ADMIN_PAGES = {
    "newsletters": "newsletters",
    "newsletter": "newsletters/news",
    "topics": "newsletters/news/topics",
    "form": "newsletters/news/forms/news",
    "form-edit": "newsletters/news/forms/news/edit",
    "form-new": "newsletters/news/forms/new",
    "mails": "newsletters/news/mails",
    "sites": "sites",
    "subscribers": "newsletters/news/subscribers",
    "subscribers-filtered": "newsletters/news/subscribers?language=en&paused=no",
    "bulk-changes": "newsletters/news/bulk",
    "subscriber-new": "newsletters/news/subscribers/new",
    "export": "newsletters/news/export",
    "announcements": "announcements",
    "policy-change": "announcements/policy",
    "imports": "newsletters/news/imports",
    "dead-letters": "dead-letters",
    "incidents": "incidents",
    "incident-new": "incidents/new",
    "retention": "retention",
    "register": "register",
    "suppression": "suppression",
    "suppression-new": "suppression/new",
    "enquiries": "enquiries",
    "request-new": "requests/new",
    "operators": "operators",
    "api-keys": "api-keys",
    "api-key-new": "api-keys/new",
    "audit-trail": "audit",
    "account": "account",
    "passkeys": "wan-register",
}


@dataclass(frozen=True)
class Look:
    """A kind of screen, what it adds to a picture's name, and which pages it is wanted of.

    No ``pages`` means all of them.
    """

    suffix: str
    viewport: ViewportSize
    scheme: Scheme
    pages: frozenset[str] = frozenset()

    def wants(self, title: str) -> bool:
        """Whether a picture of this page is taken."""
        return not self.pages or title in self.pages


README = (
    Look("", DESKTOP, "light", frozenset({"admin-overview"})),
    Look("", ViewportSize(width=820, height=600), "light", frozenset({"form", "mail-html"})),
    Look("-dark", ViewportSize(width=390, height=600), "dark", frozenset({"preferences"})),
)
EVERYTHING = tuple(
    Look(f"-{device}-{scheme}", viewport, scheme)
    for device, viewport in (("desktop", DESKTOP), ("phone", PHONE))
    for scheme in SCHEMES
)


def main() -> None:
    """Take the pictures."""
    looks = EVERYTHING if len(sys.argv) > 1 else README
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    for look in looks:
        with _walk(look) as pages:
            for title, page in pages:
                if look.wants(title):
                    path = folder / f"{title}{look.suffix}.png"
                    page.wait_for_load_state()
                    page.screenshot(path=path, full_page=True)
                    print(path)


@contextmanager
def _walk(look: Look) -> Iterator[Iterator[tuple[str, Page]]]:
    """The pages of the main way, in order, each ready for its picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        service = Service(Path(folder))
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        browsing = Browsing(browser, service.url)
        try:
            service.start()
            yield _pages(service, _open(browsing, look))
        finally:
            browsing.close()
            browser.close()
            service.kill()


def _open(browsing: Browsing, look: Look) -> Page:
    return browsing.open(viewport=look.viewport, color_scheme=look.scheme)


def _pages(service: Service, page: Page) -> Iterator[tuple[str, Page]]:
    yield from _sign_up(page)
    mail = service.wait_for_mail(ADDRESS)
    yield from _mailbox(page)
    yield from _confirm(page, _link(mail, "/confirm/"))
    yield from _write(page)
    yield from _operate(service, page.context.new_page())
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


def _write(page: Page) -> Iterator[tuple[str, Page]]:
    back = page.url
    page.goto("/contact")
    yield "contact", page
    page.locator("[name=email]").fill(ADDRESS)
    page.locator("[name=message]").fill("When does the next issue come?\n\nGreetings, Ada")
    _press(page)
    yield "contact-sent", page
    page.goto(back)


def _answer(page: Page) -> Iterator[tuple[str, Page]]:
    page.goto("/admin/enquiries")
    page.locator("main th a").first.click()
    yield "admin-enquiry", page
    page.goto("/admin/requests/new")
    page.locator("[name=email]").fill(ADDRESS)
    page.locator("[name=kind]").select_option("erasure")
    page.locator("[name=received_on]").fill((clock.today() - timedelta(days=40)).isoformat())
    page.locator("[name=details]").fill("Please forget me.")
    page.locator("main form button").last.click()
    yield "admin-request", page
    page.goto("/admin/requests")
    yield "admin-requests", page
    page.goto("/admin/")
    yield "admin-overview-alerts", page


def _operate(service: Service, page: Page) -> Iterator[tuple[str, Page]]:
    _remember_months(service)
    service.flask("suppression", "add", "gone@example.org", "--reason", "complaint")
    page.goto(next(url for url in LINK.findall(service.log) if "/admin/setup/" in url))
    yield "admin-setup", page
    page.locator("[name=email]").fill(OPERATOR)
    for name in ("password", "again"):
        page.locator(f"[name={name}]").fill(PASSWORD)
    _press(page)
    yield "admin-login", page
    page.locator("[name=email]").fill(OPERATOR)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form [type=submit]").first.click()
    yield "admin-overview", page
    for title, path in ADMIN_PAGES.items():
        page.goto(f"/admin/{path}")
        yield f"admin-{title}", page
    yield from _answer(page)


def _remember_months(service: Service) -> None:
    """Counts of days gone by: a chart of one day says little about the chart."""
    with closing(sqlite3.connect(service.data_dir / "assent.sqlite")) as store, store:
        store.executemany(
            "INSERT INTO daily_counts (day, newsletter_id, event, took, shard, count)"
            " SELECT ?, id, ?, ?, 0, ? FROM newsletters",
            [
                (_day(ago), event, took, few * (40 + ago * 50 % 70 + ago % 3))
                for ago in PAST_DAYS
                for event, took, few in HAPPENED
            ],
        )
        store.executemany(
            "INSERT OR REPLACE INTO snapshots (day, newsletter_id, kind, name, number, counted_at)"
            " SELECT ?, id, ?, ?, ?, ? FROM newsletters",
            [
                (_day(ago), kind, name, number and int(number * 0.995**ago), f"{_day(ago)} 08:15")
                for ago in (0, *PAST_DAYS)
                for kind, name, number in COUNTED
            ],
        )


def _day(ago: int) -> str:
    return (clock.today() - timedelta(days=ago)).isoformat()


def _press(page: Page) -> None:
    page.locator("main form button").first.click()


def _link(mail: EmailMessage, part: str) -> str:
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return next(found[0] for found in LINK.finditer(text) if part in found[0])


if __name__ == "__main__":
    main()
