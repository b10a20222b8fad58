"""Pages in a real Chromium that hold us to what we promise of every page."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

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
        settings = {"base_url": self.base_url, "locale": "en-GB"} | options
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
