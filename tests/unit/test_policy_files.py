"""The policy file: what ships can be run under, and what is wrong is said with file and line."""

import os
from importlib.resources import files
from pathlib import Path

import pytest

import subscriptions
from subscriptions.config import ConfigurationError
from subscriptions.core.client import Recording
from subscriptions.core.periods import Period, may_be_longer
from subscriptions.privacy.policy import Action, Channel, Trigger, load_policy
from subscriptions.privacy.policy.locating import line_of

assert subscriptions
SHIPPED = ("default", "mail-manager", "mmunic", "mailpro", "mailigen", "mailissa")
POLICIES = files("subscriptions.privacy") / "policies"


def _written(tmp_path: Path, *changes: tuple[str, str], base: str = "default") -> Path:
    text = (POLICIES / f"{base}.toml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "policy.toml"
    path.write_text(text)
    return path


def _refused(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_policy(str(path))
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(f"policy {path}")


def _line(path: Path, text: str) -> int:
    lines = path.read_text().splitlines()
    found = [n for n, line in enumerate(lines, 1) if text in line and not line.startswith("#")]
    return found[0]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_policy_can_be_run_under(name: str) -> None:
    """MM7: every category has a clause."""
    policy = load_policy(name)
    assert policy.need("address", Trigger.UNCONFIRMED).over_after == Period(days=7)
    assert policy.supervisory_authority.name
    assert policy.location


def test_the_shipped_policies_say_what_their_sources_promise() -> None:
    """MM6, MM8, MM9, MC1, MC5, MC10, MC11, MP2, MP4, MG1, MG5, MG6, MS1, MS4, MS9."""
    closed = {
        name: load_policy(name).need("address", Trigger.NEWSLETTER_CLOSED) for name in SHIPPED
    }
    assert (closed["mailpro"].earliest, closed["mailpro"].latest) == (
        Period(days=45),
        Period(days=60),
    )
    assert closed["mailigen"].latest == Period(months=3)
    assert closed["mmunic"].over_after == closed["mailissa"].over_after == Period()
    asked = load_policy("mail-manager").for_category("address", Trigger.INACTIVE, Action.ASK_AGAIN)
    assert asked
    assert asked.answer_within == Period(days=30)
    counters = load_policy("mmunic").need("counters", Trigger.RECORDED)
    assert not may_be_longer(Period(months=25), counters.over_after)
    assert load_policy("mmunic").channels == (Channel.MAIL, Channel.TELEPHONE, Channel.POST)
    assert load_policy("mailpro").requests.notify_changes
    assert load_policy("mailigen").requests.answer_within == Period(days=30)
    assert load_policy("mailigen").recording.client_address is Recording.FULL
    assert load_policy("mailissa").fields == ()
    assert load_policy("mailissa").recipient == ()
    assert load_policy("mailissa").recording.client_address is Recording.TRUNCATED
    assert len(load_policy("mail-manager").fields) == 8
    assert not load_policy("mailissa").tracking.may_be_asked


@pytest.mark.parametrize(
    ("old", "new", "line_with", "said"),
    [
        ('keep = "P7D"', 'keep = "P7D"\ncolour = "red"', "colour", "this key is not known"),
        ('keep = "P7D"', 'keep = "-P7D"', 'keep = "-P7D"', "not below P0D"),
        ('keep = "P7D"', 'keep = "seven days"', "seven days", "written like P7D"),
        ('keep = "P7D"', "keep = 7", "keep = 7", "valid string"),
        ('keep = "P7D"', 'keep = "P15D"', 'keep = "P15D"', "unconfirmed for more than P14D"),
        ('keep = "P7D"', 'keep = "P0D"', 'keep = "P0D"', "need a day at least"),
        (
            'keep = "P7D"',
            'earliest = "P7D"\nlatest = "P6D"',
            "[[clause]]",
            "earliest is after latest",
        ),
        ('keep = "P7D"', 'earliest = "P7D"', "[[clause]]", "either keep, or both"),
        ('keep = "P7D"', 'keep = "P7D"\nlatest = "P8D"', "[[clause]]", "either keep, or both"),
        ('keep = "P7D"', 'keep = "P7D"\nhold = "P1D"', "[[clause]]", "come together"),
        (
            'trigger = "unsubscribed"\nkeep = "P0D"',
            'trigger = "unsubscribed"\nkeep = "P1M"\nhold = "P32D"\nhold_reason = "Tax law"',
            'id = "subscription"',
            "the hold is longer than the clause keeps anything",
        ),
        (
            'trigger = "unsubscribed"\nkeep = "P0D"',
            (
                'trigger = "unsubscribed"\nearliest = "P45D"\nlatest = "P60D"\n'
                'hold = "P61D"\nhold_reason = "Tax law"'
            ),
            'id = "subscription"',
            "the hold is longer than the clause keeps anything",
        ),
        ('action = "erase"', 'action = "shred"', "shred", "'erase', 'anonymise' or 'ask-again'"),
        ('action = "erase"', 'action = "ask-again"', "[[clause]]", "answer_within"),
        ('trigger = "unconfirmed"', 'trigger = "forgotten"', "forgotten", "'unconfirmed'"),
        ('trigger = "unconfirmed"', 'trigger = "recorded"', '"recorded"', "don't fit address"),
        (
            '"profile", "consent"]',
            '"consent"]',
            'categories = ["address", "subscription", "consent"]',
            "together",
        ),
        ('categories = ["profile"]', 'categories = ["shoe-size"]', "shoe-size", "no category"),
        (
            'id = "profile"',
            'id = "subscription"',
            'categories = ["profile"]',
            "another clause",
        ),
        ('id = "profile"', 'id = "Profile!"', "Profile!", "pattern"),
        (
            'categories = ["profile"]',
            'categories = ["profile"]\nfields = ["shoe_size"]',
            "shoe_size",
            "no fields but name",
        ),
        (
            'categories = ["consent"]',
            'categories = ["consent"]\nfields = ["name"]',
            'id = "consent"',
            "fields are for",
        ),
        (
            'client_address = "truncated"',
            'client_address = "most"',
            '"most"',
            "'none', 'truncated' or 'full'",
        ),
        ('answer_within = "P1M"', 'answer_within = "P2M"', "P2M", "within a month"),
        ('remind_before = "P7D"', 'remind_before = "P1M"', "remind_before", "before the request"),
        ('channels = ["mail"]', 'channels = ["post"]', "channels", 'needs the channel "mail"'),
        ('version = "2026', 'version = "2025', "version", "date of the latest change"),
        (
            "[tracking]",
            "[tracking]\nmay_be_asked = false\n[surprise]",
            "[surprise]",
            "this key is not known",
        ),
        (
            'title = "Sign-ups that were never confirmed"',
            "",
            "[[clause]]",
            "title: this is missing",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line_with: str, said: str
) -> None:
    path = _written(tmp_path, (old, new))
    message = _refused(path)
    assert said in message
    # A fault of a clause as a whole is said with the line that it begins in.
    line = _line(path, line_with)
    assert message.split(":")[1] in {str(line), str(line - 1)}


def test_a_category_without_a_clause_is_named(tmp_path: Path) -> None:
    path = _written(tmp_path, ('categories = ["profile"]', 'categories = ["consent"]'))
    assert "says already what happens to consent" in _refused(path)
    text = (POLICIES / "default.toml").read_text()
    start = text.index('[[clause]]\nid = "profile"')
    end = text.index('[[clause]]\nid = "consent"')
    path.write_text(text[:start] + text[end:])
    assert "no clause says what happens to profile when unsubscribed" in _refused(path)


def test_a_record_of_consent_does_not_outlive_its_address(tmp_path: Path) -> None:
    text = (POLICIES / "default.toml").read_text()
    start = text.index('id = "consent"')
    path = tmp_path / "policy.toml"
    path.write_text(text[:start] + text[start:].replace('keep = "P0D"', 'keep = "P1Y"', 1))
    message = _refused(path)
    assert "outlives the subscription" in message
    assert message.startswith(f":{_line(path, 'P1Y')}:")


def test_what_is_no_policy_at_all_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("this is = = no TOML")
    assert _refused(path).startswith(":1: this is not TOML")
    path.write_bytes(b'version = "\xff"')
    assert _refused(path).startswith(":1: this is not UTF-8")
    path.write_bytes(b"#" * 5_000_000)
    assert "larger than" in _refused(path)
    path.write_text("")
    assert "version: this is missing" in _refused(path)
    path.write_text("x = " + "[" * 3000)
    assert "TOML" in _refused(path) or "deeply" in _refused(path)
    assert "No such file" in _refused(tmp_path / "nowhere.toml")
    assert "directory" in _refused(tmp_path)
    path.write_bytes(b'version = "2026\x00-11-24"\n')
    assert _refused(path).startswith(":1: this is not TOML")
    path.write_text('version = "2026-11-24"\nversion = "2026-11-24"\n')
    assert _refused(path).startswith(":2: this is not TOML")


def test_what_can_not_be_read_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    circle, pipe = tmp_path / "circle.toml", tmp_path / "pipe.toml"
    circle.symlink_to(circle)
    os.mkfifo(pipe)
    assert "Too many levels of symbolic links" in _refused(circle)
    assert "not a file" in _refused(pipe)


def test_a_line_is_found_past_values_of_several_lines() -> None:
    text = 'a = """\n[x]\n"""\n\n[[t]]\nb = [\n  1,\n]\n# note\n[[t]]\nc = 1\n[t.d]\ne = 2\n'
    assert line_of(text, ("a",)) == 1
    assert line_of(text, ("t", 0, "b", 0)) == 6
    assert line_of(text, ("t", 1, "c")) == 11
    assert line_of(text, ("unknown",)) == 1
