"""What is written by hand names only what is there; what is made from the code is up to date."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from werkzeug.routing import MapAdapter

from subscriptions import create_app
from subscriptions.cli.docs import FILE, render_configuration
from subscriptions.config import PREFIX, Settings
from subscriptions.core.client import Recording
from subscriptions.privacy.policy import Action, Channel, Trigger
from subscriptions.privacy.policy.model import Part
from tests.support.applications import close, make_settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/**/*.md", ".github/**/*.md")
    for path in ROOT.glob(pattern)
)
DECISIONS = sorted((ROOT / "docs" / "adr").glob("0*.md"))
SURFACE = ROOT / "docs" / "http.md"

# Forms elsewhere, mails sent years ago and scripts rely on these.
CONTRACT = [
    ("GET", "/"),
    ("GET", "/forms/<slug>"),
    ("POST", "/forms/<slug>"),
    ("GET", "/forms/<slug>/sent"),
    ("GET", "/confirm/<token>"),
    ("POST", "/confirm/<token>"),
    ("GET", "/receipt/<token>"),
    ("GET", "/.well-known/assent-receipt-keys.json"),
    ("GET", "/unsubscribe/<token>"),
    ("POST", "/unsubscribe/<token>"),
    ("GET", "/preferences/<token>"),
    ("POST", "/preferences/<token>"),
    ("GET", "/privacy"),
    ("GET", "/privacy.json"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/dev/mailbox"),
]
# Neither is for others to rely on.
OURS = ("/admin", "/static", "/bootstrap")

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"flask(?: --app app)? ((?:[a-z]+[a-z-]*)(?: [a-z][a-z-]+)?)")
SOURCE = re.compile(r"`([\w.-]+/[\w./-]*(?:/|\.(?:py|toml|md|sh|css|html|yaml)))`")
MACHINE = re.compile(r"(?<![\w.~])/(?:home|root|work|tmp|var/tmp|usr|opt|mnt|Users)/")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application as a newcomer has it: no mail server, no database to talk to."""
    made = create_app(make_settings(tmp_path_factory.mktemp("docs"), ""))
    yield made
    close(made)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _anchor(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def _anchors(path: Path) -> set[str]:
    return {_anchor(line.lstrip("#")) for line in path.read_text().splitlines() if line[:1] == "#"}


def _routes(app: Flask) -> set[tuple[str, str]]:
    adapter: MapAdapter = app.url_map.bind("localhost")
    return {
        (method, rule.rule)
        for rule in adapter.map.iter_rules()
        for method in rule.methods or ()
        if method in {"GET", "POST"}
    }


def _make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_configuration_page_is_what_the_code_would_write() -> None:
    assert (ROOT / FILE).read_text() == render_configuration()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"| `{PREFIX}{name.upper()}` |" in (ROOT / FILE).read_text()


@pytest.mark.parametrize(("method", "path"), CONTRACT)
def test_every_route_that_others_rely_on_exists_and_is_documented(
    house: Flask, method: str, path: str
) -> None:
    assert (method, path) in _routes(house)
    assert f"`{method} {path}`" in SURFACE.read_text()


def test_every_public_route_is_documented(house: Flask) -> None:
    text = SURFACE.read_text()
    public = {route for route in _routes(house) if not route[1].startswith(OURS)}
    assert sorted(f"{m} {path}" for m, path in public if f"`{m} {path}`" not in text) == []


def test_every_key_and_word_of_a_policy_file_is_documented() -> None:
    text = (ROOT / "docs" / "policy.md").read_text()
    keys = [name for part in Part.__subclasses__() for name in part.model_fields]
    words = [str(word) for kind in (Trigger, Action, Channel, Recording) for word in kind]
    shown = set(re.findall(r"`\[*([a-z_-]+)\]*`", text))
    assert sorted({*keys, *words} - shown) == []


def test_every_decision_is_in_the_index_under_its_title() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text()
    assert DECISIONS
    for path in DECISIONS:
        number, title = path.read_text().splitlines()[0].removeprefix("# ").split(" · ")
        assert path.name.startswith(number)
        assert f"| [{number}]({path.name}) | {title} |" in index


@pytest.mark.parametrize("path", DECISIONS, ids=_name)
def test_every_decision_says_why_and_what_follows(path: Path) -> None:
    headings = [line for line in path.read_text().splitlines() if line.startswith("## ")]
    assert headings == [
        "## Context",
        "## Decision",
        "## Consequences",
        "## What was measured or read",
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_link_to_a_file_leads_somewhere(path: Path) -> None:
    for target in LINK.findall(FENCE.sub("", path.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), target
        assert not anchor or anchor in _anchors(found), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_make_target_that_is_named_exists(path: Path) -> None:
    named = re.findall(r"(?:`|^ {4})make ([a-z][a-z-]*)", path.read_text(), re.MULTILINE)
    assert set(named) <= _make_targets()


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_command_that_is_named_exists(path: Path, house: Flask) -> None:
    for words in COMMAND.findall(path.read_text()):
        command: click.Command = house.cli
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            known = command.get_command(click.Context(command), word)
            assert known is not None, words
            command = known


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_file_of_ours_that_is_named_exists(path: Path) -> None:
    near = (ROOT, ROOT / "subscriptions", path.parent)
    named = SOURCE.findall(path.read_text())
    assert [name for name in named if not any((base / name).exists() for base in near)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z_]+", path.read_text()))
    assert named <= {PREFIX + name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_no_document_tells_of_the_machine_it_was_written_on(path: Path) -> None:
    assert MACHINE.findall(path.read_text()) == []


def test_every_room_is_on_the_map() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    rooms = {path.parent.name for path in (ROOT / "subscriptions").glob("*/__init__.py")}
    assert rooms
    assert sorted(room for room in rooms if not re.search(rf"\b{room}\b", text)) == []


def test_the_pictures_are_small_and_each_is_shown() -> None:
    shown = {
        (path.parent / target).resolve()
        for path in DOCUMENTS
        for target in LINK.findall(path.read_text())
    }
    pictures = sorted((ROOT / "docs" / "images").iterdir())
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < 100_000
        assert picture in shown
