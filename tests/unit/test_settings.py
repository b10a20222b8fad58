"""Settings: what is wrong with them is said in one message, by the real ``flask`` command."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from subscriptions import create_app
from subscriptions.config import ConfigurationError, Settings, load_settings
from tests.support.service import ROOT

GOOD_KEY = "k" * 32
WRONG = {
    "an unknown name": ({"ASSENT_COLOUR": "red"}, "ASSENT_COLOUR"),
    "a misspelt name": ({"ASSENT_SECRET_KEY": GOOD_KEY}, "ASSENT_SECRET_KEY"),
    "a name in lower case": ({"ASSENT_port": "8000"}, "ASSENT_port"),
    "a port that is no number": ({"ASSENT_PORT": "http"}, "ASSENT_PORT"),
    "a port that is too high": ({"ASSENT_PORT": "65536"}, "ASSENT_PORT"),
    "a port of zero": ({"ASSENT_PORT": "0"}, "ASSENT_PORT"),
    "a base URL without a scheme": ({"ASSENT_BASE_URL": "news.example.org"}, "ASSENT_BASE_URL"),
    "a base URL of another scheme": ({"ASSENT_BASE_URL": "ftp://example.org"}, "ASSENT_BASE_URL"),
    "a base URL without a host": ({"ASSENT_BASE_URL": "https://"}, "ASSENT_BASE_URL"),
    "a base URL with a query": ({"ASSENT_BASE_URL": "https://e.org/?a=b"}, "ASSENT_BASE_URL"),
    "a base URL with a bad port": ({"ASSENT_BASE_URL": "https://e.org:x"}, "ASSENT_BASE_URL"),
    "a base URL of two lines": ({"ASSENT_BASE_URL": "https://e.org\nX: y"}, "ASSENT_BASE_URL"),
    "another database": ({"ASSENT_DATABASE_URL": "mysql://localhost/x"}, "ASSENT_DATABASE_URL"),
    "a database that is no URL": ({"ASSENT_DATABASE_URL": "assent.db"}, "ASSENT_DATABASE_URL"),
    "a database with a bad port": (
        {"ASSENT_DATABASE_URL": "postgresql://u:hunter2@localhost:x/n"},
        "ASSENT_DATABASE_URL",
    ),
    "a weak key": ({"ASSENT_SECRET_KEYS": "short"}, "ASSENT_SECRET_KEYS"),
    "a weak second key": ({"ASSENT_SECRET_KEYS": f"{GOOD_KEY},short"}, "ASSENT_SECRET_KEYS"),
    "keys that are only commas": ({"ASSENT_SECRET_KEYS": " , "}, "ASSENT_SECRET_KEYS"),
    "another mail protocol": ({"ASSENT_SMTP_URL": "imap://localhost"}, "ASSENT_SMTP_URL"),
    "a mail server with a bad port": ({"ASSENT_SMTP_URL": "smtp://localhost:x"}, "ASSENT_SMTP_URL"),
    "an unknown mail option": ({"ASSENT_SMTP_URL": "smtp://h?tls=no"}, "ASSENT_SMTP_URL"),
    "a sender that is no address": ({"ASSENT_MAIL_FROM": "newsletter"}, "ASSENT_MAIL_FROM"),
    "an organisation of two lines": ({"ASSENT_ORGANISATION": "A\nBcc: x"}, "ASSENT_ORGANISATION"),
    "a policy that isn't there": ({"ASSENT_POLICY": "/no/such/policy.toml"}, "/no/such/policy"),
    "a policy that is a folder": ({"ASSENT_POLICY": "/"}, "policy"),
    "a limit in other words": ({"ASSENT_SIGNUP_LIMIT": "sometimes"}, "ASSENT_SIGNUP_LIMIT"),
    "too many proxies": ({"ASSENT_TRUSTED_PROXIES": "11"}, "ASSENT_TRUSTED_PROXIES"),
    "proxies that are no number": ({"ASSENT_TRUSTED_PROXIES": "all"}, "ASSENT_TRUSTED_PROXIES"),
    "a data folder that is a file": ({"ASSENT_DATA_DIR": "/dev/null"}, "ASSENT_DATA_DIR"),
}


def _flask(folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """The command as an operator types it, in a folder that may hold a ``.env``."""
    outside = {name: value for name, value in os.environ.items() if "ASSENT_" not in name}
    own = {
        "PYTHONPATH": str(ROOT),
        "ASSENT_DATA_DIR": str(folder / "var"),
        "FLASK_SKIP_DOTENV": "1",  # we read the file ourselves; Flask would with a traceback
    }
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "newsletter", "list"],
        cwd=folder,
        env=outside | own | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _assert_one_clear_message(result: "subprocess.CompletedProcess[str]", words: str) -> None:
    assert result.returncode == 1
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: ")
    assert words in result.stderr
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(("settings", "words"), list(WRONG.values()), ids=list(WRONG))
def test_a_wrong_setting_is_refused_by_its_name(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        create_app(load_settings({"ASSENT_DATA_DIR": str(tmp_path)} | settings))
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    assert "hunter2" not in caught.value.message


def test_the_command_says_it_in_one_line_and_exits_with_1(tmp_path: Path) -> None:
    settings, words = WRONG["a database with a bad port"]
    _assert_one_clear_message(_flask(tmp_path, **settings), words)


def test_what_is_wrong_in_the_env_file_is_said_as_well(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"ASSENT_COLOUR=red")
    _assert_one_clear_message(_flask(tmp_path), "ASSENT_COLOUR")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"ASSENT_ORGANISATION=\xff\xfe", ".env"),
        (b"ASSENT_COLOUR=red", "ASSENT_COLOUR"),
        (b"ASSENT_PORT=none", "ASSENT_PORT"),
    ],
    ids=["no text", "an unknown name", "a wrong value"],
)
def test_an_env_file_is_refused_by_the_name_of_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, words: str
) -> None:
    (tmp_path / ".env").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read every file")
def test_an_env_file_that_can_not_be_read_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / ".env").touch(mode=0o000)
    _assert_one_clear_message(_flask(tmp_path), ".env")


def test_several_mistakes_are_told_together() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings({"ASSENT_PORT": "x", "ASSENT_BASE_URL": "y"})
    assert [line.split(":")[0] for line in caught.value.message.splitlines()] == [
        "ASSENT_BASE_URL",
        "ASSENT_PORT",
    ]


def test_the_environment_wins_over_the_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("ASSENT_ORGANISATION=File\nASSENT_PORT=8001\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSENT_ORGANISATION", "Environment")
    settings = load_settings()
    assert settings.organisation == "Environment"
    assert settings.port == 8001


def test_an_empty_value_is_no_value() -> None:
    assert load_settings({"ASSENT_PORT": "", "ASSENT_BASE_URL": ""}).port == 8000


def test_names_of_others_are_none_of_our_business() -> None:
    assert load_settings({"PATH": "/bin", "ASSENTING": "yes"}).port == 8000


def test_what_the_settings_keep_secret_is_not_shown() -> None:
    settings = load_settings(
        {"ASSENT_SECRET_KEYS": GOOD_KEY, "ASSENT_SMTP_URL": "smtp://me:hunter2@mail.example.org"}
    )
    assert GOOD_KEY not in repr(settings)
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_says_what_it_is_for(name: str) -> None:
    assert (Settings.model_fields[name].description or "").endswith(".")


@pytest.mark.parametrize(
    ("settings", "sender"),
    [
        ({"ASSENT_MAIL_FROM": "Ada@EXAMPLE.org"}, "Ada@example.org"),
        ({"ASSENT_BASE_URL": "https://news.example.org"}, "newsletter@news.example.org"),
        ({"ASSENT_BASE_URL": "http://192.0.2.1:8000"}, "newsletter@localhost.localdomain"),
        ({}, "newsletter@localhost.localdomain"),
    ],
    ids=["as set", "from the base URL", "no name in the base URL", "nothing set"],
)
def test_the_sender_is_always_an_address(settings: dict[str, str], sender: str) -> None:
    assert load_settings(settings).sender == sender


def test_the_application_of_a_process_is_not_searched_for_garbage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search of it takes a tenth of a second, and everybody waits if that is in a transaction."""
    monkeypatch.setenv("ASSENT_DATA_DIR", str(tmp_path))
    before = gc.get_freeze_count()
    try:
        create_app()
        assert gc.get_freeze_count() > before + 10_000
    finally:
        gc.unfreeze()
