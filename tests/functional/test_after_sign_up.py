"""After a sign-up: words of thanks on our own page, or a page on a site that is listed."""

from flask import Flask

from subscriptions.operators.roles import Role
from tests.support.applications import BASE_URL, Visitor
from tests.support.operators import OWNER, Desk, desk_of, make_operator, owner_with_news, trail
from tests.support.suppressions import suppress_in
from tests.support.visits import rows_of, sign_up, subscribe

FORM = "/admin/newsletters/news/forms/news"
FILLED = {"title": "Join", "wording": "Yes.", "locale": "en"}
SITE, THANKS = "https://www.example.org", "https://www.example.org/thanks?from=news"
OURS = "/forms/news/sent"


def _lead_on(app: Flask) -> Desk:
    desk = owner_with_news(app)
    desk.send("/admin/sites", url=f"{SITE}/")
    assert desk.send(f"{FORM}/edit", **FILLED, redirect_url=THANKS).location == FORM
    return desk


def test_words_of_thanks_stand_above_what_is_left_to_do(app: Flask, client: Visitor) -> None:
    desk = owner_with_news(app)
    desk.send(f"{FORM}/edit", **FILLED, thanks="Thank you & <see> you soon!\r\n\r\nThe team")
    answer = sign_up(client)
    assert answer.location.removeprefix(BASE_URL) == OURS
    page = client.get(OURS).text
    words = "Thank you &amp; &lt;see&gt; you soon!\n\nThe team"
    assert page.index(words) < page.index("Press the button")
    too_much = desk.send(f"{FORM}/edit", **FILLED, thanks="x" * 5001)
    assert too_much.status_code == 422


def test_everybody_is_led_to_the_same_page_and_it_learns_nothing(
    app: Flask, client: Visitor
) -> None:
    _lead_on(app)
    subscribe(app, client, "known@example.org")
    suppress_in(app, "gone@example.org")
    answers = [sign_up(client, f"{who}@example.org") for who in ("new", "known", "gone", "new")]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, THANKS)}
    assert sign_up(client, "no address").status_code == 422


def test_the_policy_of_the_form_lets_the_browser_follow(app: Flask, client: Visitor) -> None:
    _lead_on(app)
    for answer in (client.get("/forms/news"), sign_up(client, "no address")):
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert f"form-action 'self' {SITE}" in policy
    assert SITE not in client.get(OURS).headers["Content-Security-Policy"]


def test_a_site_that_is_not_listed_is_refused(app: Flask, client: Visitor) -> None:
    desk = _lead_on(app)
    for url in ("https://evil.example/", "https://www.example.org.evil.example/", "/thanks"):
        answer = desk.send(f"{FORM}/edit", **FILLED, redirect_url=url)
        assert answer.status_code == 422, url
        assert "There is a problem" in answer.text
    assert sign_up(client).location == THANKS


def test_a_site_that_is_removed_is_led_to_no_more(app: Flask, client: Visitor) -> None:
    desk = _lead_on(app)
    assert sign_up(client).location == THANKS
    desk.send("/admin/sites/unlink", origin=SITE)
    assert sign_up(client).location.removeprefix(BASE_URL) == OURS
    assert rows_of(app, "linked_sites") == []
    assert trail(app)[-3:] == [
        (OWNER, "site.linked", f"site {SITE}"),
        (OWNER, "form.edited", "form news"),
        (OWNER, "site.unlinked", f"site {SITE}"),
    ]


def test_only_an_owner_keeps_the_list(app: Flask) -> None:
    desk = _lead_on(app)
    for url in ("http://example.org", "https://a@b", SITE):
        assert desk.send("/admin/sites", url=url).status_code == 422
    make_operator(app, "editor@example.org", Role.EDITOR)
    editor = desk_of(app, "editor@example.org")
    assert editor.send("/admin/sites", url="https://evil.example").status_code == 403
    assert [row["origin"] for row in rows_of(app, "linked_sites")] == [SITE]
