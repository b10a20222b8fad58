"""What no mail of the service may hold; looked for in the golden mails, which are all there are."""

import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from subscriptions.core.links import PATHS

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
LOADS = re.compile(
    r"<(img|picture|video|audio|iframe|object|embed|input)\b"
    r"|\b(src|srcset|background|poster)\s*=|url\(|@import",
    re.IGNORECASE,
)
ANCHOR = re.compile(r'<a\s[^>]*?href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
PLACES = "|".join((*PATHS.values(), "admin", "privacy"))
OWN_LINK = re.compile(rf"https://news\.example\.org/({PLACES})(/[\w.-]+)*")


def test_no_mail_holds_an_image_or_a_link_that_leads_elsewhere_than_it_says() -> None:
    """MG15, MC4: nothing in a mail can be counted but the service's own links with a token."""
    for path in sorted(GOLDEN.glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        html = mail.get_body(("html",))
        assert html is not None, path.name
        text = html.get_content()
        assert not LOADS.search(text), path.name
        assert text.count("<a ") == len(ANCHOR.findall(text))
        for target, said in ANCHOR.findall(text):
            assert OWN_LINK.fullmatch(target) or target.removeprefix("mailto:") == said, path.name


def test_every_mail_to_a_subscriber_ends_with_the_ways_to_choose_and_to_leave() -> None:
    """MC6, MM1, MG3."""
    found = 0
    for path in sorted(GOLDEN.glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        if "List-Unsubscribe" not in mail:
            continue
        found += 1
        for kind, begin in (("plain", "\n-- \n"), ("html", 'class="foot"')):
            part = mail.get_body((kind,))
            assert part is not None, path.name
            _, foot = part.get_content().split(begin)
            for way in ("preferences", "unsubscribe"):
                assert f"https://news.example.org/{way}/" in foot, path.name
    assert found == 6
