"""The manage link and what is done behind it, in a few words."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.support.applications import Visitor
from tests.support.smtp import Received, SmtpServer
from tests.support.visits import ADA, deliver, links_in, newsletter_id, rows_of

NEW = "Augusta@example.net"


def ask(client: Visitor, address: str = ADA) -> TestResponse:
    """Ask for a link, as the page does."""
    return client.post("/manage", data={"email": address})


def manage_path(app: Flask, client: Visitor, smtp: SmtpServer, address: str = ADA) -> str:
    """The path of a fresh manage link, out of its mail."""
    deliver(app, smtp)
    assert ask(client, address).status_code == 303
    [mail] = deliver(app, smtp)
    assert mail.recipients == (address,)
    return links_in(mail)["manage"]


def act(client: Visitor, path: str, action: str, **data: Any) -> TestResponse:
    """Press the button of one of the page's sections."""
    return client.post(path, data={"action": action} | data)


def own_row(app: Flask, address: str = ADA, newsletter: str = "news") -> dict[str, Any]:
    """The row of a person's subscription."""
    [person] = rows_of(app, "subscribers", address=address)
    number = newsletter_id(app, newsletter)
    [row] = rows_of(app, "subscriptions", subscriber_id=person["id"], newsletter_id=number)
    return row


def correct(app: Flask, client: Visitor, path: str, **fields: str) -> TestResponse:
    """Fill in the form of Ada's subscription to the news letter, and save it."""
    own = own_row(app)
    sent = {f"own{own['id']}-{name}": value for name, value in fields.items()}
    return act(client, path, "correct", subscription=own["reference"], **sent)


def choose_channels(app: Flask, client: Visitor, path: str, *channels: str) -> TestResponse:
    """Tick these channels for Ada's subscription to the news letter, and no other."""
    own = own_row(app)
    sent = {f"by{own['id']}-channels": list(channels)}
    return act(client, path, "channels", subscription=own["reference"], **sent)


def put_new_address(client: Visitor, path: str, address: str = NEW) -> int:
    """Ask for another address behind the manage link; return the status."""
    return act(client, path, "address", **{"new-email": address}).status_code


def ask_new_address(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, address: str = NEW
) -> Received:
    """The mail that asks the new address."""
    assert put_new_address(client, path, address) == 200
    [mail] = deliver(app, smtp)
    return mail


def new_address_link(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, address: str = NEW
) -> str:
    """The path of the link in it."""
    mail = ask_new_address(app, client, smtp, path, address)
    assert mail.recipients == (address,)
    return links_in(mail)["address"]


def let_policy(app: Flask, **changes: Any) -> None:
    """Change the policy in force, such as its channels, for the rest of the test."""
    policy = app.extensions["assent_policy"]
    app.extensions["assent_policy"] = policy.model_copy(update=changes)


def let_policy_notify(app: Flask) -> None:
    """Have people told by mail of what was changed or erased."""
    requests = app.extensions["assent_policy"].requests
    let_policy(app, requests=requests.model_copy(update={"notify_changes": True}))
