"""Pages in a real Chromium that hold us to what we promise of every page."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route

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
        context.route("**/*", self._guard)
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

    def _guard(self, route: Route) -> None:
        target = urlsplit(route.request.url)
        if target.scheme in INLINE or target.netloc == urlsplit(self.base_url).netloc:
            route.continue_()
        else:
            self.faults.append(f"request to elsewhere: {route.request.url}")
            route.abort()

    def _listen(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)


def barriers(page: Page) -> list[str]:
    """What is wrong with the page as it is now, and shuts somebody out."""
    found = [violation["id"] for violation in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("wider than the screen")
    return [f"{page.title()}: {what}" for what in found]


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what has this accessible name."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and name in (focused.inner_text() or focused.aria_snapshot()):
            return
    raise AssertionError(f"{name} can't be reached with the keyboard")
