"""What operators put right of what is held of a subscriber."""

import re

import pytest
from flask import Flask

from tests.support.applications import Visitor
from tests.support.held import held
from tests.support.operators import owner_with_news, record_of, trail
from tests.support.smtp import SmtpServer
from tests.support.visits import deliver, rows_of, subscribe


def test_one_field_can_be_wiped_and_the_trail_says_that_and_not_what(
    app: Flask, client: Visitor
) -> None:
    """MC14, MM10, MG9."""
    desk = owner_with_news(app)
    subscribe(app, client, "noise@example.org", company="Bedlam Hospital")
    subscribe(app, client, "ada@example.org", name="Ada", company="Patient of Dr Locock")
    record = record_of(desk, "ada@example.org")
    assert "Wipe “Company”" in desk.get(record).text
    assert desk.send(f"{record}/wipe", field="company").status_code == 422
    assert desk.send(f"{record}/wipe", field="company", reason="sensitive").location == record
    details = rows_of(app, "audit_entries")[-1]["details"]
    assert details == {"field": "company", "reason": "sensitive"}
    assert held(app, "Patient of Dr Locock") == []
    assert "Bedlam Hospital" in str(rows_of(app, "profiles"))
    assert trail(app)[-1][1:] == ("profile.field wiped", f"subscription {record[-22:]}")
    assert desk.send(f"{record}/wipe", field="shoe_size", reason="sensitive").status_code == 404
    desk.send(f"{record}/wipe", field="name", reason="not needed")
    assert len(rows_of(app, "profiles")) == 1


@pytest.mark.settings(policy="mailpro")
def test_what_is_wrong_is_corrected_and_the_person_is_told(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    """MM3, MG9, MP4: for who asked in another way; the trail says that, not what."""
    desk = owner_with_news(app)
    subscribe(app, client, "noise@example.org", name="Noise")
    subscribe(app, client, "ada@example.org", name="Augusta")
    deliver(app, smtp)
    record = record_of(desk, "ada@example.org")
    page = desk.get(f"{record}/correct").text
    names = {name.split("-")[-1]: name for name in re.findall(r'name="(own[^"]+)"', page)}
    wrong = desk.send(f"{record}/correct", **{names["locale"]: "en", names["name"]: "x" * 500})
    assert wrong.status_code == 422
    sent = {names["locale"]: "en", names["name"]: "Ada"}
    assert desk.send(f"{record}/correct", **sent).location == record
    assert [row["name"] for row in rows_of(app, "profiles")] == ["Noise", "Ada"]
    assert trail(app)[-1][1:] == ("subscriber.corrected", f"subscription {record[-22:]}")
    assert [mail.content["Subject"] for mail in deliver(app, smtp)] == [
        "Your data at Example Organisation was changed"
    ]
    written = len(trail(app))
    desk.send(f"{record}/correct", **sent)
    assert len(trail(app)) == written
    assert deliver(app, smtp) == []
