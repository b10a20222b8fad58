"""Which words are for visitors and subscribers, and so in the catalogues: all but those named here.

What is not named is translated, so that a new page can't be forgotten.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_file

ROOT = Path(__file__).resolve().parents[1]
Words = str | tuple[str, ...]

# Who works here reads English: the admin, its mails, the API, the command line.
ENGLISH = (
    "templates/admin",
    "templates/email/incident_reminder",
    "templates/email/needs_attention",
    "templates/email/operator_invitation",
    "templates/email/operator_notice",
    "templates/email/operator_reset",
    "templates/email/test_mail",
    "templates/public/mailbox.html",
    "templates/public/mailbox_message.html",
    "templates/security",
    "subscriptions/cli",
    "subscriptions/core/identity.py",
    "subscriptions/newsletters/asking.py",
    "subscriptions/newsletters/colours.py",
    "subscriptions/newsletters/editing.py",
    "subscriptions/newsletters/logos.py",
    "subscriptions/newsletters/mail_texts.py",
    "subscriptions/newsletters/operations.py",
    "subscriptions/newsletters/redirects.py",
    "subscriptions/newsletters/translating.py",
    "subscriptions/operators",
    "subscriptions/privacy/enquiries/telling.py",
    "subscriptions/privacy/incidents",
    "subscriptions/privacy/notice/register.py",
    "subscriptions/privacy/receipts/keys.py",
    "subscriptions/privacy/receipts/proof.py",
    "subscriptions/privacy/requests/by_themselves.py",
    "subscriptions/privacy/requests/reminding.py",
    "subscriptions/privacy/requests/terms.py",
    "subscriptions/subscribers/adding.py",
    "subscriptions/subscribers/announcing.py",
    "subscriptions/subscribers/bulk",
    "subscriptions/subscribers/by_operators.py",
    "subscriptions/subscribers/closing.py",
    "subscriptions/subscribers/restricting.py",
    "subscriptions/subscribers/segments.py",
    "subscriptions/subscribers/suppressing.py",
    "subscriptions/subscribers/suppression.py",
    "subscriptions/transfer",
    "subscriptions/web/admin",
    "subscriptions/web/api",
    "subscriptions/webhooks",
)
FUNCTIONS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "mark": None,
    "ngettext": (1, 2),
    "mark_plural": (1, 2),
}
# By the end of a file's name, how Babel reads it.
READERS = {".py": "python", ".html": "jinja2.ext:babel_extract", ".txt": "jinja2.ext:babel_extract"}
SAID_BY_POLICIES = {"title", "purpose", "basis", "hold_reason", "location", "what"}


def public_words() -> Catalog:
    """Every text that has to be there in each language, and the files that say it."""
    catalog = Catalog(charset="utf-8")
    for path in _public_files():
        said = _of_policy(path) if path.suffix == ".toml" else _of_code(path)
        for words in said:
            catalog.add(words, locations=[(str(path.relative_to(ROOT)), 0)])
    return catalog


def _public_files() -> Iterator[Path]:
    policies = ROOT.glob("subscriptions/privacy/policies/*.toml")
    code = (path for folder in ("subscriptions", "templates") for path in _below(ROOT / folder))
    yield from sorted([*policies, *code])


def _below(folder: Path) -> Iterator[Path]:
    english = [ROOT / name for name in ENGLISH]
    for path in folder.rglob("*"):
        if path.suffix in READERS and not any(path.is_relative_to(each) for each in english):
            yield path


def _of_code(path: Path) -> Iterator[Words]:
    for _line, words, _comments, _context in extract_from_file(
        READERS[path.suffix], path, keywords=FUNCTIONS, options={"silent": "false"}
    ):
        yield words


def _of_policy(path: Path) -> Iterator[Words]:
    policy = tomllib.loads(path.read_text())
    authority = policy["supervisory_authority"]["name"]
    parts = [policy, *policy["clause"], *policy.get("recipient", []), *policy.get("change", [])]
    yield from {authority: None} | {
        part[key]: None for part in parts for key in sorted(part) if key in SAID_BY_POLICIES
    }
