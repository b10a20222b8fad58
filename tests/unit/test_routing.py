"""Routes build the addresses that Werkzeug would build, and no sooner than one is asked for."""

from types import CodeType

import pytest
from werkzeug.routing import Map, Rule

from subscriptions.web.routing import Build, LateRule

PATHS = ("/forms/<slug>", "/files/<path:name>", "/", "/page/<int:number>")


def _bound(kind: type[Rule], path: str) -> Rule:
    rule = kind(path, endpoint="there", defaults={"format": "html"} if path == "/" else None)
    Map([rule])
    return rule


@pytest.mark.parametrize("unknown", [True, False])
@pytest.mark.parametrize("path", PATHS)
def test_an_address_is_what_werkzeug_makes_of_it(path: str, unknown: bool) -> None:
    values = {"slug": "a b/ü", "name": "a/b", "number": 7, "self": "me", "rule": "x"}
    known = {key: value for key, value in values.items() if f"{key}>" in path or unknown}
    late, usual = _bound(LateRule, path), _bound(Rule, path)
    assert late.build(known, unknown) == usual.build(known, unknown) is not None
    assert late.build(known, unknown) == usual.build(known, unknown)


def test_nothing_is_compiled_before_an_address_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[str] = []
    usual = Rule._get_func_code

    def count(code: CodeType, name: str) -> Build:
        compiled.append(name)
        return usual(code, name)

    monkeypatch.setattr(Rule, "_get_func_code", staticmethod(count))
    rule = _bound(LateRule, "/forms/<slug>")
    assert compiled == []
    rule.build({"slug": "news"})
    rule.build({"slug": "tips"})
    assert len(compiled) == 1
