"""The privacy notice on the smallest screen, as it is read aloud there."""

from playwright.sync_api import expect

from tests.support.browsing import Browsing, barriers


def test_the_table_is_one_on_the_smallest_screen_too(browser: Browsing) -> None:
    page = browser.open("/privacy", viewport={"width": 320, "height": 640})
    table = page.get_by_role("table", name="What we hold, and when it goes")
    row = table.get_by_role("row").filter(has_text="Mail that waits to be sent")
    expect(table.get_by_role("columnheader")).to_have_count(6)
    expect(row.get_by_role("rowheader")).to_have_text("Mail that waits to be sent")
    expect(row.get_by_role("cell")).to_have_count(5)
    assert barriers(page) == []
