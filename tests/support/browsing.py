"""Pages in a real Chromium that hold us to what we promise of every page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.support.looks import Scheme

TIMEOUT = 10_000.0  # milliseconds, as playwright counts
INLINE = {"data", "blob", "about"}


@dataclass
class Browsing:
    """Opens pages of one service, and notes what they must never do.

    ``faults`` lists requests to anywhere else, violations of the content security policy, and
    uncaught errors of scripts. A test of the ``browser`` or ``page`` fixture fails if there are.
    """

    browser: Browser
    base_url: str
    faults: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, path: str | None = None, **options: Any) -> Page:
        """A page in an empty profile of its own; ``options`` are playwright's for a context."""
        # Colours that are on their way from one to another have no contrast that counts.
        still = {"reduced_motion": "reduce"}
        settings = {"base_url": self.base_url, "locale": "en-GB"} | still | options
        context = self.browser.new_context(**settings)
        self._contexts.append(context)
        context.set_default_timeout(TIMEOUT)
        # Listening leaves the cache on; a route would switch it off.
        context.on("request", self._look_at)
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        if path is not None:
            page.goto(path)
        return page

    def close(self) -> None:
        """Close all pages."""
        for context in self._contexts:
            context.close()

    def _look_at(self, request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme not in INLINE and target.netloc != urlsplit(self.base_url).netloc:
            self.faults.append(f"request to elsewhere: {request.url}")

    def _listen(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)


AXE = Axe().axe_script
OF_COLOURS = ["color-contrast", "link-in-text-block"]
EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The rows of a long table are alike; what an iframe shows is a page, or a mail, of its own.
FIND = """options => axe.run({exclude: ["tbody > tr:nth-child(n+4)", "svg > *"]},
    {resultTypes: ["violations"], preload: false, iframes: false, ...options}).then(
    found => found.violations.map(each => `${each.id}: ${each.nodes[0].html}`))"""
WIDER = "document.scrollingElement.scrollWidth > window.innerWidth"


def barriers(page: Page, rules: list[str] = EVERY_RULE) -> list[str]:
    """What is wrong with the page as it is now, and shuts somebody out (WCAG 2.2 AA)."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(FIND, {"runOnly": rules})
    if page.evaluate(WIDER):
        found.append("wider than the screen")
    return [f"{page.title()}: {what}" for what in found]


def barriers_in_both_schemes(page: Page, scheme: Scheme = "light") -> list[str]:
    """The same in light and dark; nothing but colours is another in the other one."""
    found = barriers(page)
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    found += [f"other scheme, {what}" for what in page.evaluate(FIND, {"runOnly": OF_COLOURS})]
    page.emulate_media(color_scheme=scheme)
    return found


def too_wide(page: Page, widths: Sequence[int]) -> list[str]:
    """At which of these widths the page scrolls sideways; it keeps the last one."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 740})
        if page.evaluate(WIDER):
            found.append(f"{page.title()}: wider than {width} px")
    return found


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what has this accessible name, or one that begins with it."""
    wanted = re.compile(rf'(^|"){re.escape(name)}(?!\w)', re.MULTILINE)
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and wanted.search(focused.inner_text() or focused.aria_snapshot()):
            return
    raise AssertionError(f"{name} can't be reached with the keyboard")
