"""The installation's signing keys: made once, kept closed, never weak."""

import threading
from pathlib import Path

import pytest

from subscriptions.core.keys import FILE_NAME, WeakKey, derive_key, load_keys

KEY, OLD = "k" * 32, "o" * 32


def test_a_key_is_made_on_the_first_start_and_kept(tmp_path: Path) -> None:
    [key] = load_keys("", tmp_path)
    assert len(key) >= 64
    assert load_keys("", tmp_path) == [key]
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_no_two_installations_have_the_same_key(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert load_keys("", tmp_path / "a") != load_keys("", tmp_path / "b")


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(load_keys("", tmp_path))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({key for [key] in found}) == 1
    assert len(found) == 8


def test_what_is_set_wins_and_makes_no_file(tmp_path: Path) -> None:
    assert load_keys(f" {KEY} , {OLD}", tmp_path) == [KEY, OLD]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["short", f"{KEY},short", ",", " "])
def test_a_weak_key_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WeakKey) as caught:
        load_keys(text, tmp_path)
    assert "short" not in str(caught.value).replace("at least", "")


def test_a_weak_key_in_the_file_is_refused_as_well(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("short\n")
    with pytest.raises(WeakKey):
        load_keys("", tmp_path)


def test_each_purpose_has_a_key_of_its_own() -> None:
    keys = {derive_key([KEY], "clients"), derive_key([KEY], "sessions"), derive_key([OLD], "x")}
    assert len(keys) == 3
    assert all(len(key) == 32 for key in keys)


def test_derived_keys_come_from_the_newest_key() -> None:
    assert derive_key([KEY, OLD], "x") == derive_key([KEY], "x")
