"""The pages of the service, one after the other, and pictures of them.

``make screenshots`` puts a picture of every page, on a phone, a tablet and a desktop, light and
dark, into ``screenshots/``, which git ignores: to be looked at. ``make pictures`` puts those that
the documents show into ``docs/images``. The test that looks for barriers walks the same way.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.support.browsing import Browsing
from tests.support.chromium import FLAGS, find_chromium
from tests.support.looks import DESKTOP, EVERYTHING, Look, with_fewer_colours
from tests.support.past import WEBHOOK, remember_months, remember_webhook
from tests.support.service import ROOT, Service
from tests.support.walk_admin import OPERATOR, put_the_guide_away, sign_in, work
from tests.support.walk_colleague import come_and_go
from tests.support.walk_public import LINK, come, leave, use_rights, write

ADMIN_PAGES = {
    "newsletters": "newsletters",
    "newsletter": "newsletters/news",
    "topics": "newsletters/news/topics",
    "form": "newsletters/news/forms/news",
    "form-edit": "newsletters/news/forms/news/edit",
    "form-language": "newsletters/news/forms/news/languages/de",
    "mails": "newsletters/news/mails",
    "sites": "sites",
    "subscribers": "newsletters/news/subscribers",
    "subscribers-filtered": "newsletters/news/subscribers?language=en&paused=no",
    "bulk-changes": "newsletters/news/bulk",
    "subscriber-new": "newsletters/news/subscribers/new",
    "announcements": "announcements",
    "policy-change": "announcements/policy",
    "imports": "newsletters/news/imports",
    "dead-letters": "dead-letters",
    "incidents": "incidents",
    "incident-new": "incidents/new",
    "retention": "retention",
    "register": "register",
    "suppression-new": "suppression/new",
    "request-new": "requests/new",
    "operators": "operators",
    "api-keys": "api-keys",
    "api-key-new": "api-keys/new",
    "webhooks": "webhooks",
    "webhook": f"webhooks/{WEBHOOK}",
    "webhook-new": "webhooks/new",
    "audit-trail": "audit",
    "account": "account",
    "passkeys": "wan-register",
    "newsletter-new": "newsletters/new",
    "newsletter-edit": "newsletters/news/edit",
    "newsletter-close": "newsletters/news/close",
    "form-new": "newsletters/news/forms/new",
    "form-preview": "newsletters/news/forms/news/preview",
    "suppression-lift": "suppression/lift",
    "requests-none": "requests",
    "operator-new": "operators/new",
    "password": "change",
    "password-again": "verify",
    "recovery-codes": "mf-recovery-codes",
    "start-organisation": "start/organisation",
    "start-sender": "start/sender",
    "start-policy": "start/policy",
    "start-newsletter": "start/newsletter",
    "start-form": "start/form",
    "start-test-mail": "start/test-mail",
}
WEEK = frozenset(
    f"admin-{page}"
    for page in (
        "overview-alerts",
        "start-organisation",
        "form-edit",
        "import",
        "subscriber",
        "request",
        "one-export",
        "retention",
        "audit-trail",
    )
)
SHOWN = (
    Look("", ViewportSize(width=1000, height=760), "light", WEEK, short=True),
    Look("", ViewportSize(width=1100, height=760), "light", frozenset({"admin-overview"})),
    Look("", ViewportSize(width=820, height=600), "light", frozenset({"form", "mail-html"})),
    Look("-dark", ViewportSize(width=390, height=600), "dark", frozenset({"preferences"})),
)


def main() -> None:
    """Take the pictures: every page for the folder that is named, or those of the documents."""
    every = len(sys.argv) > 1
    folder = Path(sys.argv[1]) if every else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with _service() as (service, page):
        taken = list(_take(service, page, folder, EVERYTHING if every else SHOWN))
    if not every:
        with_fewer_colours(taken)
    print(f"{len(taken)} pictures in {folder}")


def _take(service: Service, page: Page, folder: Path, looks: Sequence[Look]) -> Iterator[Path]:
    link = next(url for url in LINK.findall(service.log) if "/admin/setup/" in url)
    for title, shown in pages(service, page, link):
        # What a script shows in a frame comes after the page.
        shown.wait_for_load_state("networkidle" if shown.locator("iframe").count() else "load")
        for look in looks:
            if look.wants(title):
                path = folder / f"{title}{look.suffix}.png"
                look.take(shown, path)
                yield path


@contextmanager
def _service() -> Iterator[tuple[Service, Page]]:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        service = Service(Path(folder), anew=True)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        browsing = Browsing(browser, service.url)
        try:
            service.start()
            yield service, browsing.open(viewport=DESKTOP)
        finally:
            browsing.close()
            browser.close()
            service.kill()


def pages(
    service: Service, page: Page, setup_link: str, operator: str = OPERATOR
) -> Iterator[tuple[str, Page]]:
    """Every page there is, under its title, each as somebody comes to it.

    The operator is an owner, whose account ``setup_link`` sets up or has set up.
    """
    yield from come(service, page)
    confirmed = page.url
    preferences = str(page.locator("main a[href*='/preferences/']").first.get_attribute("href"))
    yield from use_rights(service, page)
    yield from write(page)
    desk = page.context.new_page()
    yield from sign_in(desk, setup_link, operator)
    put_the_guide_away(desk)
    remember_months(service)
    desk.goto("/admin/")
    yield "admin-overview", desk
    remember_webhook(service)
    for title, path in ADMIN_PAGES.items():
        desk.goto(f"/admin/{path}")
        yield f"admin-{title}", desk
    yield from work(desk)
    yield from come_and_go(service, desk)
    yield from leave(page, preferences, confirmed)


if __name__ == "__main__":
    main()
