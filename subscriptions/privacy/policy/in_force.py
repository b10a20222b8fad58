"""One service, one policy: its processes share the text that was accepted when it was started.

A process that is started again while the file is being edited, or is faulty, would otherwise run
under another policy than the rest, or not at all. The text travels in the environment, which
every kind of child inherits and which is gone with the last of them.
"""

import os

from flask import Flask, current_app

from subscriptions.config import ConfigurationError
from subscriptions.privacy.policy.loading import AcceptedPolicy, accept, read_policy

HANDED_DOWN = b"_ASSENT_POLICY_IN_FORCE"  # not ASSENT_: it is no setting, and nobody else sets it
ACCEPTED = "assent_accepted_policy"


def policy_in_force(name: str) -> AcceptedPolicy:
    """The policy that this service was started under, or for the first of its processes the file's.

    Raises :class:`ConfigurationError` as :func:`load_policy` does.
    """
    handed_down = os.environb.get(HANDED_DOWN)
    return read_policy(name) if handed_down is None else accept(name, handed_down.decode())


def hand_down(app: Flask) -> None:
    """Let all processes that this one starts from now on run under its policy."""
    accepted: AcceptedPolicy = app.extensions[ACCEPTED]
    os.environb[HANDED_DOWN] = accepted.text.encode()


def accepted_policy() -> AcceptedPolicy:
    """The policy of the current application, with its text."""
    accepted: AcceptedPolicy = current_app.extensions[ACCEPTED]
    return accepted


def difference(app: Flask) -> str | None:
    """In one line, why the file is not what is in force; None if it is."""
    name = app.extensions["assent_settings"].policy
    try:
        found = read_policy(name)
    except ConfigurationError as error:
        return f"{error.message}; the old policy stays in force"
    if found.text == app.extensions[ACCEPTED].text:
        return None
    return f"policy {name}: changed; the old policy stays in force until the service starts again"
