"""Pages of the admin that are only there after something was done."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from playwright.sync_api import Page

from subscriptions.core import clock
from tests.support.operators import PASSWORD
from tests.support.walk_colleague import enter
from tests.support.walk_public import ADDRESS, press

Shown = Iterator[tuple[str, Page]]
OPERATOR = "grace@example.org"
LIST = (
    b"E-mail,Name,Since\nbea@example.org,Bea,2024-05-01\nnobody,,\ncy@example.org,Cy,2025-01-31\n"
)


def sign_in(page: Page, setup_link: str, address: str = OPERATOR) -> Shown:
    """Set the account up if that was not done yet, then sign in to it."""
    before = {"setup-over": "setup/no-such-link", "by-passkey": "wan-signin"}
    for title, path in before.items():
        page.goto(f"/admin/{path}")
        yield f"admin-{title}", page
    page.goto(setup_link)
    if page.locator("[name=again]").count():
        yield "admin-setup", page
        if page.locator("[name=email]").count():
            page.locator("[name=email]").fill(address)
        for name in ("password", "again"):
            page.locator(f"[name={name}]").fill(PASSWORD)
        press(page)
    page.goto("/admin/login")
    yield "admin-login", page
    enter(page, address)
    page.goto("/admin/")
    yield "admin-overview-first", page
    page.goto("/admin/start")
    yield "admin-start", page
    page.goto("/admin/start/policy?look=mailissa")
    yield "admin-start-policy-other", page


def put_the_guide_away(page: Page) -> None:
    """From now on the overview is what it is on any other day."""
    page.goto("/admin/start")
    if page.get_by_role("button", name="Skip all of it").count():
        _press(page, "Skip all of it")


def work(page: Page) -> Shown:
    """Do a little of everything."""
    for part in (
        _about_somebody,
        _about_many,
        _take_over,
        _give_away,
        _answer,
        _incident,
        _own_account,
    ):
        yield from part(page)


def _about_somebody(page: Page) -> Shown:
    page.goto("/admin/suppression/new")
    _fill(page, {"email": "gone@example.org"})
    page.locator("[name=reason]").select_option("complaint")
    _send(page)
    yield "admin-suppression", page
    page.goto("/admin/newsletters/news/subscribers")
    _follow(page, "main table a")
    yield "admin-subscriber", page
    _follow(page, "main a[href$='/correct']")
    yield "admin-subscriber-correct", page
    page.go_back()
    with page.expect_navigation():
        page.locator("main form[action$='/opt-in-record'] button").click()
    yield "admin-opt-in-record", page
    page.goto("/admin/operators")
    _follow(page, "main table a")
    yield "admin-operator", page


def _about_many(page: Page) -> Shown:
    page.goto("/admin/newsletters/news/subscribers?language=en")
    page.locator("#segment-name").fill("Who reads English")
    _press(page, "Save")
    yield "admin-segments", page
    _follow(page, "main a[href*='/segments/']")
    yield "admin-segment", page
    page.goto("/admin/newsletters/news/subscribers")
    page.locator("#whom-fitting").check()
    page.locator("#act").select_option("add_topic")
    page.locator("#of_topic").select_option("events")
    _press(page, "See what would happen")
    yield "admin-bulk-preview", page
    page.locator("[name=sure]").check()
    _send(page)
    yield "admin-bulk-change", page


def _take_over(page: Page) -> Shown:
    page.goto("/admin/newsletters/news/imports")
    file = page.locator("[name=file]")
    file.set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": LIST})
    _send(page)
    yield "admin-import-plan", page
    page.locator("[name=mode]").select_option("invite")
    _press(page, "Check every row")
    page.get_by_role("heading", name="This would happen").wait_for()
    yield "admin-import", page
    page.goto(f"{page.url}/plan")
    yield "admin-import-plan-again", page


def _give_away(page: Page) -> Shown:
    page.goto("/admin/newsletters/news/export")
    _fill(page, {"purpose": "The May issue"})
    with page.expect_download():
        page.get_by_role("button", name="Export", exact=True).click()
    page.reload()
    yield "admin-export", page
    _follow(page, "main table a")
    yield "admin-one-export", page


def _answer(page: Page) -> Shown:
    page.goto("/admin/enquiries")
    yield "admin-enquiries", page
    _follow(page, "main th a")
    yield "admin-enquiry", page
    page.goto("/admin/requests/new")
    received = (clock.today() - timedelta(days=40)).isoformat()
    said = {"email": ADDRESS, "received_on": received, "details": "Please forget me."}
    _fill(page, said)
    page.locator("[name=kind]").select_option("erasure")
    _send(page)
    yield "admin-request", page
    page.goto("/admin/requests")
    yield "admin-requests", page


def _incident(page: Page) -> Shown:
    page.goto("/admin/incidents/new")
    said = {
        "title": "A file with addresses lay open",
        "noticed_at": clock.now().strftime("%Y-%m-%dT%H:%M"),
        "what": "An export lay in a shared folder for a day.",
        "consequences": "Others may write to these addresses.",
        "measures": "The file is deleted, the folder is closed.",
    }
    _fill(page, said)
    page.locator("[name=newsletters]").first.check()
    page.locator("[name=categories]").first.check()
    _send(page)
    yield "admin-incident", page
    incident = page.url
    for title in ("edit", "authority", "people"):
        page.goto(f"{incident}/{title}")
        yield f"admin-incident-{title}", page
    page.goto("/admin/")
    yield "admin-overview-alerts", page


def _own_account(page: Page) -> Shown:
    page.goto("/admin/tf-setup")
    yield "admin-second-step", page
    _press(page, "Set it up")
    yield "admin-second-step-code", page
    page.goto("/admin/nowhere")
    yield "admin-error", page


def _fill(page: Page, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        page.locator(f"main [name={name}]").fill(value)


def _send(page: Page) -> None:
    """Press the button of the form that the last field belongs to."""
    with page.expect_navigation():
        page.locator("main form button.btn-primary").last.click()


def _press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def _follow(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()
