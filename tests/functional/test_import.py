"""Import of people who agreed elsewhere, and of people who are to be asked."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from subscriptions.core.addresses import parse_address
from subscriptions.core.errors import Invalid
from subscriptions.core.tokens import Purpose
from subscriptions.transfer.importing.outcomes import Outcome
from subscriptions.transfer.importing.plans import Mode
from subscriptions.transfer.importing.working import work
from tests.support.applications import Visitor
from tests.support.counting import counting
from tests.support.exports import addresses as exported
from tests.support.held import held
from tests.support.imports import (
    EVIDENCE,
    WORDING,
    addresses,
    begin,
    csv_of,
    go_on_with,
    judged,
    left_out,
    plan_of,
    row_of,
    run,
    upload,
    xlsx_of,
)
from tests.support.smtp import SmtpServer
from tests.support.suppressions import suppress_in
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    link_to,
    open_newsletter,
    rows_of,
    sign_up,
    sizes,
    subscribe,
)

BOB, EVE, NOISE = "bob@example.org", "eve@example.org", "noise@example.org"
INVITE: dict[str, Any] = {"mode": Mode.INVITE, "how": None, "evidence": "", "consented_on": None}


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    open_newsletter(app)
    subscribe(app, client, NOISE)


def test_each_person_has_the_evidence_of_their_own_consent(app: Flask) -> None:
    """MG7."""
    file = csv_of(
        "email;name;topics;lang;confirmed_at;proof",
        f"{ADA};Ada Lovelace;art law;de;2024-02-03T04:05:06Z;sheet 12",
        f"{BOB};;;;;",
    )
    columns = {"email": 0, "name": 1, "topics": 2, "locale": 3, "consented_at": 4, "evidence": 5}
    assert run(app, file, plan_of(columns))["totals"] == {"taken": 2}
    ada, bob = rows_of(app, "subscriptions")[1:]
    moment = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert (ada["status"], ada["locale"], ada["confirmed_at"]) == ("active", "de", moment)
    assert (bob["locale"], bob["engaged_at"]) == ("en", datetime(2025, 5, 1, tzinfo=UTC))
    [first, second] = rows_of(app, "consent_records", step="imported")
    assert first["evidence"] == f"They signed on paper. {EVIDENCE}\nsheet 12"
    assert (first["at"], first["topics"]) == (moment, ["art", "law"])
    assert second["evidence"] == f"They signed on paper. {EVIDENCE}"
    [wording] = rows_of(app, "wordings", hash=first["wording_hash"])
    assert wording["text"] == WORDING
    assert [row["name"] for row in rows_of(app, "profiles")] == ["Ada Lovelace"]
    assert exported(app) == [NOISE, ADA, BOB]
    assert [row["recipient"] for row in rows_of(app, "outbox_messages")] == [NOISE]


def test_who_was_imported_can_read_it_and_leave_without_a_trace(
    app: Flask, client: Visitor
) -> None:
    run(app, csv_of("email", ADA, BOB))
    assert client.post(link_to(app, Purpose.UNSUBSCRIBE)).status_code == 200
    assert held(app, ADA) == []
    assert addresses(app) == [NOISE, BOB]


def test_nobody_who_said_no_or_is_there_already_is_touched(app: Flask, client: Visitor) -> None:
    subscribe(app, client, topics=["art"])
    sign_up(client, BOB)
    suppress_in(app, EVE)
    before = rows_of(app, "subscriptions")
    file = csv_of("email", ADA.upper(), BOB, EVE, "new@example.org", "New@example.org", "=x@y.org")
    done = run(app, file)
    assert done["totals"] == {
        "taken": 1,
        "already_subscribed": 1,
        "waits_for_confirmation": 1,
        "suppressed": 1,
        "twice_in_the_file": 1,
        "formula": 1,
    }
    assert rows_of(app, "subscriptions")[:-1] == before
    assert left_out(app, done["reference"]) == [
        {"row": "2", "reason": "subscribed already", "address": "A…@e….org"},
        {"row": "3", "reason": "asked already, not confirmed yet", "address": "b…@e….org"},
        {"row": "4", "reason": "must not be mailed", "address": "e…@e….org"},
        {"row": "6", "reason": "is in the file before", "address": "N…@e….org"},
        {"row": "7", "reason": "a formula in place of an address", "address": ""},
    ]


def test_who_reads_another_newsletter_stays_one_person_and_is_taken_over_with_the_new(
    app: Flask, client: Visitor
) -> None:
    open_newsletter(app, "tips")
    subscribe(app, client, BOB, "tips")
    before = sizes(app)
    assert run(app, csv_of("email", "new@example.org", BOB))["totals"] == {"taken": 2}
    after = sizes(app)
    for table, more in {"subscribers": 1, "subscriptions": 2, "consent_records": 2}.items():
        assert after[table] - before[table] == more
    assert addresses(app) == [NOISE, BOB, "new@example.org"]


def test_a_row_that_can_not_be_right_is_left_out_with_its_reason(app: Flask) -> None:
    file = csv_of(
        "email,topics,when,name",
        "no address,,2024-01-01,",
        "a@example.org,sports,2024-01-01,",
        "b@example.org,art,2999-01-01,",
        "c@example.org,art,03/04/2024,",
        "d@example.org,art,,",
        f"e@example.org,art,2024-01-01,{'x' * 201}",
        "f@example.org,art,31.12.2024,Fay",
    )
    plan = plan_of({"email": 0, "topics": 1, "consented_at": 2, "name": 3}, consented_on=None)
    outcomes = [each.outcome.value for each in judged(app, file, plan)]
    assert outcomes == [
        "no_address",
        "unknown_topic",
        *["no_day"] * 3,
        "bad_field",
        "taken",
    ]
    assert run(app, file, plan)["totals"] == Counter(outcomes)


def test_a_dry_run_says_the_same_as_the_import_and_changes_nothing(
    app: Flask, client: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up(client, BOB)
    file = csv_of("email", ADA, BOB, ADA, *(f"{n}@example.org" for n in range(5)))
    said = judged(app, file)
    assert [each.outcome for each in said[:3]] == [Outcome.TAKEN, Outcome.PENDING, Outcome.TWICE]
    assert [each.row for each in said] == list(range(2, 10))
    people = sizes(app)["subscribers"]
    reference = upload(app, file)
    begin(app, reference, plan_of(), dry=True)
    with app.app_context():
        work()
    checked = row_of(app, reference)
    assert (checked["state"], sizes(app)["subscribers"]) == ("checked", people)
    begin(app, reference, plan_of())
    with app.app_context():
        work()
    assert row_of(app, reference)["totals"] == checked["totals"]
    assert addresses(app).count("3@example.org") == 1


def test_invitations_are_paced_and_nobody_is_subscribed_before_the_click(
    app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer
) -> None:
    """MC2, MS2."""
    deliver(app, smtp)
    reference = upload(app, csv_of("email", *(f"{n}@example.org" for n in range(5))))
    begin(app, reference, plan_of(per_minute=2, **INVITE))
    for expected in (2, 4, 5):
        go_on_with(app, reference)
        go_on_with(app, reference)  # within the minute: nothing more
        assert row_of(app, reference)["totals"] == {"taken": expected}
        clock.advance(minutes=1)
    assert row_of(app, reference)["state"] == "done"
    mails = deliver(app, smtp)
    assert len(mails) == 5
    assert exported(app) == [NOISE]
    assert client.post(link_to(app, Purpose.CONFIRM, "3@example.org")).status_code == 200
    assert exported(app) == [NOISE, "3@example.org"]
    assert {r["source"] for r in rows_of(app, "consent_records", step="requested")} == {
        "form:news",
        f"import:{reference}",
    }


def test_the_number_of_statements_does_not_grow_with_the_batch(app: Flask) -> None:
    run(app, csv_of("email", ADA))  # which keeps the wording
    costs = []
    for size, part in ((100, "a"), (200, "b")):
        reference = upload(app, csv_of("email", *(f"{part}{n}@example.org" for n in range(size))))
        begin(app, reference, plan_of())
        with counting(app) as counted:
            go_on_with(app, reference)
        costs.append(len(counted.statements))
    assert costs[0] == costs[1]


def test_a_spreadsheet_says_the_same_as_a_csv(app: Flask) -> None:
    file = xlsx_of(
        [
            ["E-Mail", "phone", "when"],
            [ADA, 491234567890, datetime(2024, 5, 1, 12)],  # noqa: DTZ001 (as a cell has it)
            [None, None, None],
            [BOB, "=1+1", date(2024, 5, 1)],
        ]
    )
    run(app, file, plan_of({"email": 0, "phone": 1, "consented_at": 2}, consented_on=None))
    assert [row["phone"] for row in rows_of(app, "profiles")] == ["491234567890", "=1+1"]
    assert addresses(app) == [NOISE, ADA, BOB]


@pytest.mark.settings(policy="mailissa")
class TestUnderMailissa:
    """A policy that allows an address and what proves consent to it."""

    @pytest.fixture(autouse=True)
    def _newsletter(self, app: Flask) -> None:
        open_newsletter(app, fields=())

    def test_other_data_is_refused(self, app: Flask) -> None:
        """MS1, MS9."""
        reference = upload(app, csv_of("email,name", f"{ADA},Ada"))
        with pytest.raises(Invalid) as refusal:
            begin(app, reference, plan_of({"email": 0, "name": 1}))
        assert "privacy policy does not allow" in str(refusal.value.message)
        begin(app, reference, plan_of({"email": 0}))
        with app.app_context():
            work()
        assert "profiles" not in sizes(app)
        assert parse_address(ADA).display in addresses(app)


@pytest.mark.parametrize(
    "changes",
    [
        {"how": None},
        {"evidence": " "},
        {"consented_on": None},
        {"consented_on": date(2999, 1, 1)},
        {"wording": ""},
        {"per_minute": 0},
        {"columns": {"name": 0}},
        {"columns": {"email": 5}},
    ],
)
def test_a_plan_that_does_not_say_what_it_rests_on_is_refused(
    app: Flask, changes: dict[str, Any]
) -> None:
    """MG7."""
    reference = upload(app, csv_of("email", ADA))
    with pytest.raises(Invalid):
        begin(app, reference, plan_of(**changes))
    assert row_of(app, reference)["state"] == "waiting"
