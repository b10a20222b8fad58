"""Runs one Django peer under gunicorn and drives its sign-up and its unsubscribe link."""

import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from benchmarks import memory
from benchmarks.load import Load, Request, Result, drive, middle, write_requests
from benchmarks.memory import Memory
from benchmarks.peers.venv import make_venv, python_at_least
from benchmarks.people import address, urlencoded_address
from benchmarks.processes import free_port, run, running, wait_until_answering
from benchmarks.scale import Scale
from benchmarks.sink import Sink

PROJECT = Path(__file__).with_name("project")
WORKERS = 2
REDIRECT = 302
MOST_PER_SECOND = 1_500


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer: its package and version, its Django app, and the Python it asks for."""

    package: str
    version: str
    app: str
    python_minor: int
    populate: str
    sign_up_path: str
    address_field: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What a browser holds after opening a form: the cookie header, and the hidden token."""

    headers: tuple[str, ...]
    token: str


@dataclass(frozen=True, slots=True)
class PeerFigures:
    """What a peer did."""

    name: str
    sign_up: Result
    unsubscribe: Result
    memory: Memory


NEWSLETTER = Peer(
    "django-newsletter",
    "1.2.1",
    "newsletter",
    python_minor=9,
    populate="populate_newsletter.py",
    sign_up_path="/news/subscribe/",
    address_field="email_field",
    also=("sorl-thumbnail",),
)
FREELETTER = Peer(
    "django-freeletter",
    "0.2.1",
    "freeletter",
    python_minor=12,
    populate="populate_freeletter.py",
    sign_up_path="/subscribe/",
    address_field="email",
)


class PeerBench:
    """One peer in a scratch folder."""

    def __init__(self, peer: Peer, scratch: Path, sink: Sink, scale: Scale) -> None:
        """Nothing is installed or started yet."""
        self._peer, self._scale = peer, scale
        self._folder = scratch / peer.package
        self._folder.mkdir()
        self._env = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(PROJECT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": "settings",
            "PEER_APP": peer.app,
            "PEER_DATABASE": str(self._folder / "peer.sqlite3"),
            "PEER_SMTP_PORT": str(sink.port),
        }

    def measure(self) -> PeerFigures | None:
        """Installs, fills, serves and drives the peer; None without a Python that it supports."""
        python = python_at_least(self._peer.python_minor)
        if python is None:
            return None
        bin_folder = make_venv(python, self._folder / "venv", self._requirements())
        links = self._fill(bin_folder)
        with self._serving(bin_folder) as (url, pid), memory.Peak(pid) as watch:
            form = self._form(url)
            sign_up = self._drive(url, form, "sign-up", self._sign_ups(form))
            unsubscribe = self._drive(url, form, "unsubscribe", self._unsubscriptions(form, links))
        name = f"{self._peer.package} {self._peer.version}"
        return PeerFigures(name, sign_up, unsubscribe, watch.peak)

    def _requirements(self) -> list[str]:
        exact = f"{self._peer.package}=={self._peer.version}"
        return [exact, "Django>=5.2,<5.3", "gunicorn", *self._peer.also]

    def _fill(self, bin_folder: Path) -> list[str]:
        """Tables and subscribers; returns a line with the unsubscribe link of each."""
        migrate = [str(bin_folder / "python"), "-m", "django", "migrate", "--verbosity", "0"]
        run(migrate, self._env, self._folder, 120)
        populate = [str(bin_folder / "python"), str(PROJECT / self._peer.populate)]
        addresses = "\n".join(address("reader", number) for number in range(self._most))
        return run(populate, self._env, self._folder, 120, text=addresses).splitlines()

    @contextmanager
    def _serving(self, bin_folder: Path) -> Iterator[tuple[str, int]]:
        url = f"http://127.0.0.1:{(port := free_port())}"
        application = "django.core.wsgi:get_wsgi_application()"
        bind = ["--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}"]
        command = [str(bin_folder / "gunicorn"), *bind, application]
        log = self._folder / "gunicorn.log"
        with running(command, self._env, self._folder, log) as process:
            wait_until_answering(url + self._peer.sign_up_path, process, log)
            yield url, process.pid

    def _form(self, url: str) -> Form:
        """Opens the form like a browser."""
        with urllib.request.urlopen(url + self._peer.sign_up_path, timeout=30) as page:
            cookie = (page.headers["Set-Cookie"] or "").partition(";")[0]
            token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
        if token is None:
            return Form((), "")
        return Form((f"Cookie: {cookie}",), f"&csrfmiddlewaretoken={token[1]}")

    @property
    def _most(self) -> int:
        return MOST_PER_SECOND * self._scale.seconds * self._scale.rounds

    def _sign_ups(self, form: Form) -> list[Request]:
        addresses = (urlencoded_address("visitor", number) for number in range(self._most))
        bodies = (f"{self._peer.address_field}={each}{form.token}" for each in addresses)
        return [Request(self._peer.sign_up_path, body) for body in bodies]

    def _unsubscriptions(self, form: Form, links: list[str]) -> list[Request]:
        """django-newsletter posts its activation form; django-freeletter ends on a GET."""
        parts = [line.partition("\t") for line in links]
        return [
            Request(quote(path, safe="/%"), f"user_activation_code={code}{form.token}")
            if code
            else Request(path, method="GET")
            for path, _, code in parts
        ]

    def _drive(self, url: str, form: Form, name: str, requests: list[Request]) -> Result:
        """The middle of the rounds, each with its own share of the requests."""
        results, share = [], len(requests) // self._scale.rounds
        for number in range(self._scale.rounds):
            part = requests[number * share : (number + 1) * share]
            file = write_requests(self._folder / f"{name}-{number}.txt", part)
            results.append(drive(Load(url, file, REDIRECT, self._scale.seconds, form.headers)))
        return middle(results)
