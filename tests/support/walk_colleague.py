"""Pages that only somebody sees who is invited, forgets a password, or is asked for a code."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.support.operators import PASSWORD
from tests.support.second_factor import code_of
from tests.support.service import Service
from tests.support.walk_public import link_in, press

Shown = Iterator[tuple[str, Page]]
COLLEAGUE = "sam@example.org"


def come_and_go(service: Service, page: Page) -> Shown:
    """A colleague is invited by the owner at this desk, and takes their seat for good."""
    _invite(page)
    sign_out(page)
    page.goto(link_in(service.wait_for_mail(COLLEAGUE), "/admin/setup/"))
    yield "admin-setup-invited", page
    for name in ("password", "again"):
        page.locator(f"[name={name}]").fill(PASSWORD)
    press(page)
    enter(page, COLLEAGUE)
    yield from _second_step(page)
    sign_out(page)
    yield from _forget(service, page)
    enter(page, COLLEAGUE)
    for title in ("tf-validate", "tf-rescue", "mf-recovery"):
        page.goto(f"/admin/{title}")
        yield f"admin-{title}", page


def enter(page: Page, address: str) -> None:
    """Send address and password."""
    page.goto("/admin/login")
    page.locator("[name=email]").fill(address)
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    """Leave the desk."""
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out", exact=True).click()


def _invite(page: Page) -> None:
    page.goto("/admin/operators/new")
    page.locator("[name=email]").fill(COLLEAGUE)
    page.locator("[name=role]").select_option("viewer")
    press(page)


def _second_step(page: Page) -> Shown:
    page.goto("/admin/tf-setup")
    with page.expect_navigation():
        page.get_by_role("button", name="Set it up").click()
    page.locator("[name=code]").fill(code_of(page.locator("main code").inner_text()))
    press(page)
    yield "admin-second-step-on", page


def _forget(service: Service, page: Page) -> Shown:
    page.goto("/admin/reset")
    yield "admin-reset", page
    page.locator("[name=email]").fill(COLLEAGUE)
    press(page)
    page.goto(link_in(service.wait_for_mail(COLLEAGUE, 3), "/admin/reset/"))
    yield "admin-reset-password", page
