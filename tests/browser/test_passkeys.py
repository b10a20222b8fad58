"""Passkeys in a real Chromium, which is given an authenticator that it pretends to have."""

import re

from playwright.sync_api import CDPSession, Page, expect

from tests.support.browsing import Browsing, barriers
from tests.support.operators import PASSWORD
from tests.support.service import Service

ADDRESS = "passkeys@example.org"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def _set_up(page: Page, service: Service) -> None:
    made = service.flask("operator", "create", ADDRESS, "--role", "viewer")
    link = re.search(r"http://\S+/admin/setup/\S+", made.stdout)
    assert link, made.stderr
    page.goto(link[0])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Set up the account").click()
    page.wait_for_url("**/admin/login")


def _enter_password(page: Page) -> None:
    page.get_by_label("E-mail address").fill(ADDRESS)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).press("Enter")


def _enter_password_and_use_key(page: Page) -> None:
    _enter_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Use your passkey")
    page.get_by_role("button", name="Use your passkey").press("Enter")


def _plug_in(cdp: CDPSession, transport: str) -> str:
    options = AUTHENTICATOR | {"transport": transport}
    return str(
        cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    )


def _add(page: Page, name: str, usage: str) -> None:
    page.goto("/admin/wan-register")
    page.get_by_label("Name").fill(name)
    page.get_by_label(usage).press("Space")
    page.get_by_role("button", name="Add a passkey").press("Enter")
    expect(page.get_by_role("status")).to_have_text(f"The passkey “{name}” is ready.")


def _sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).press("Enter")
    page.wait_for_url("**/admin/login")


def test_a_passkey_signs_in_instead_of_the_password_or_after_it(
    live_server: Service, browser: Browsing
) -> None:
    """MG12."""
    page = browser.open()
    _set_up(page, live_server)
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    laptop = _plug_in(cdp, "internal")
    _enter_password(page)
    page.wait_for_url("**/admin/")
    _add(page, "Laptop", "Instead of the password")
    _sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").press("Enter")
    page.wait_for_url("**/admin/")
    cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": laptop})
    key = _plug_in(cdp, "usb")
    _add(page, "Key", "After the password")
    assert barriers(page) == []
    _sign_out(page)
    _enter_password_and_use_key(page)
    page.wait_for_url("**/admin/")
    _sign_out(page)
    cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    _plug_in(cdp, "usb")
    _enter_password_and_use_key(page)
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
    expect(page.get_by_role("button", name="Try again")).to_be_focused()
    assert barriers(page) == []
    page.get_by_role("link", name="Use a recovery code").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Use a recovery code")
