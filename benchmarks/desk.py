"""A browser of an operator: keeps cookies, sends forms with the token that their page shows."""

import http.cookiejar
import re
import time
from collections.abc import Mapping
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from benchmarks.errors import BenchError

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SECONDS = 60.0


class Desk:
    """A session with one service, which answers with pages."""

    def __init__(self, url: str) -> None:
        """Nobody is signed in yet."""
        self._url = url
        self._opener = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self._token = ""

    def sign_up(self, setup_link: str, address: str, password: str) -> None:
        """Set the account up by its link, and sign in."""
        self.get(setup_link.removeprefix(self._url))
        path = setup_link.removeprefix(self._url)
        self.send(path, {"email": address, "password": password, "again": password})
        self.get("/admin/login")
        page = self.send("/admin/login", {"email": address, "password": password})
        if "/admin/logout" not in page:
            raise BenchError("the operator could not sign in")

    def get(self, path: str) -> str:
        """A page. Raises `BenchError` on any answer but a page."""
        return self._read(Request(self._url + path))

    def send(self, path: str, data: Mapping[str, str]) -> str:
        """The page that answers a form, which has the token of the page before."""
        body = urlencode({"csrf_token": self._token, **data}).encode()
        return self._read(Request(self._url + path, body, {"Referer": self._url + path}))

    def timed(self, path: str, data: Mapping[str, str] | None = None) -> float:
        """How many milliseconds a page takes, to its last byte."""
        started = time.perf_counter()
        self.get(path) if data is None else self.send(path, data)
        return (time.perf_counter() - started) * 1000

    def _read(self, request: Request) -> str:
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                page: str = answer.read().decode()
        except HTTPError as error:
            raise BenchError(f"{request.full_url} answered {error.code}") from None
        if found := TOKEN.search(page):
            self._token = found[1]
        return page
