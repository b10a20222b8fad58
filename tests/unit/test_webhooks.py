"""Where webhooks may lead, what is sent there, and how a receiver knows that it is from us."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from subscriptions.webhooks import posting, resolving
from subscriptions.webhooks.posting import NotDelivered, post
from subscriptions.webhooks.signing import secret_of, signed_headers
from subscriptions.webhooks.targets import BadTarget, Target, may_connect, target_of
from tests.support.waiting import wait_until
from tests.support.webhooks import Receiver, listening

ROOT = Path(__file__).resolve().parents[2]
BODY = b'{"id":"x"}'


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Takes everything until told otherwise."""
    with listening() as server:
        yield server


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example.org", Target(True, "hooks.example.org", 443, "/")),
        ("https://10.0.0.7:8443/a?b=c", Target(True, "10.0.0.7", 8443, "/a?b=c")),
        ("http://localhost:8000/x", Target(False, "localhost", 8000, "/x")),
        ("https://[fd00::1]/x", Target(True, "fd00::1", 443, "/x")),
    ],
)
def test_a_url_is_https_or_leads_to_this_very_machine(url: str, target: Target) -> None:
    assert target_of(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "https://user:secret@hooks.example.org/",
        "https://hooks.example.org/#part",
        "https:///path",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/a\r\nHost: x",
        "https://hooks.example.org\\@evil.example/",
        "ftp://hooks.example.org/",
        "file:///etc/passwd",
        "hooks.example.org",
        "https://[::1",
        f"https://hooks.example.org/{'a' * 500}",
    ],
)
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(BadTarget):
        target_of(url)


@pytest.mark.parametrize("address", ["93.184.215.14", "10.0.0.7", "192.168.1.5", "127.0.0.1"])
def test_private_networks_may_be_connected_to(address: str) -> None:
    assert may_connect(address, secure=True)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "100.100.100.200",
        "0.0.0.0",  # noqa: S104
        "0.1.2.3",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
    ],
)
def test_no_machine_s_secrets_are_reached(address: str) -> None:
    assert not may_connect(address, secure=True)


def test_without_tls_only_this_machine_is_reached() -> None:
    assert may_connect("127.0.0.1", secure=False)
    assert may_connect("::1", secure=False)
    assert not may_connect("10.0.0.7", secure=False)


def test_the_address_is_looked_at_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def resolve(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(NotDelivered, match="address not allowed"):
        post(target_of("https://rebound.example.org/"), BODY, {})
    assert asked == ["rebound.example.org"]


def test_a_resolver_that_hangs_holds_nobody_and_is_not_asked_without_end(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    asked, answering, genuine = [], threading.Event(), socket.getaddrinfo

    def hang(host: str, port: int, **more: Any) -> list[Any]:
        asked.append(host)
        answering.wait()
        return genuine("127.0.0.1", port, **more)

    with monkeypatch.context() as broken:
        broken.setattr(socket, "getaddrinfo", hang)
        broken.setattr(resolving, "WITHIN", 0.01)
        for _ in range(resolving.MOST + 1):
            with pytest.raises(NotDelivered, match="NameTimeout"):
                post(target_of("https://slow.example.org/"), BODY, {})
    assert len(asked) == resolving.MOST
    answering.set()
    receiver.status, receiver.attempts = 204, 0
    wait_until("free resolver", lambda: resolving.FREE.acquire(blocking=False))
    resolving.FREE.release()
    post(target_of(receiver.url), BODY, {})
    assert receiver.attempts == 1


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_only_2xx_is_done_and_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    receiver.status, receiver.attempts = status, 0
    with pytest.raises(NotDelivered, match=f"HTTP {status}"):
        post(target_of(receiver.url), BODY, {})
    assert receiver.attempts == 1


def test_whoever_listens_no_more_or_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        monkeypatch.setattr(posting, "STEP", 0.05)
        with pytest.raises(NotDelivered, match="TimeoutError"):
            post(target_of(url), BODY, {})
        monkeypatch.setattr(posting, "STEP", 5.0)
        monkeypatch.setattr(posting, "WHOLE", 0.05)
        with pytest.raises(NotDelivered, match="RemoteDisconnected"):
            post(target_of(url), BODY, {})
    with pytest.raises(NotDelivered, match="ConnectionRefusedError"):
        post(target_of(url), BODY, {})
    with pytest.raises(NotDelivered, match="UnicodeError"):
        post(target_of("https://a..b/"), BODY, {})


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path / "own.pem"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_shake_hands, args=(context, server))
        thread.start()
        with pytest.raises(NotDelivered, match="SSLCertVerificationError"):
            post(target_of(f"https://localhost:{server.getsockname()[1]}/"), BODY, {})
        thread.join()


def _shake_hands(context: ssl.SSLContext, server: socket.socket) -> None:
    plain, _address = server.accept()
    with plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_side=True)


def _self_signed(path: Path) -> Path:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def _from_the_page() -> Any:
    """The function that docs/webhooks.md gives to receivers."""
    page = (ROOT / "docs" / "webhooks.md").read_text()
    [code] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    space: dict[str, Any] = {}
    exec(code, space)  # noqa: S102 (our own page)
    return space["is_genuine"]


def test_a_receiver_verifies_as_the_page_says_also_while_keys_rotate() -> None:
    is_genuine, app = _from_the_page(), Flask("a test")
    old, new = "an-old-key-0123456789-abcdefghijkl", "a-new-key-0123456789-abcdefghijklm"
    now = int(datetime.now(UTC).timestamp())
    app.extensions["assent_keys"] = [old]
    with app.app_context():
        secret = secret_of("a-webhook")
        app.extensions["assent_keys"] = [new, old]
        headers = dict(signed_headers("a-webhook", "an-event", now, BODY))
        another = secret_of("another-webhook")
        late = dict(signed_headers("a-webhook", "an-event", now - 3600, BODY))
        secret_now = secret_of("a-webhook")
    assert secret.startswith("whsec_")
    assert is_genuine(headers, BODY, secret)
    assert is_genuine(headers, BODY, secret_now)
    assert not is_genuine(headers, BODY + b" ", secret)
    assert not is_genuine(headers | {"webhook-id": "another"}, BODY, secret)
    assert not is_genuine(headers, BODY, another)
    assert not is_genuine(late, BODY, secret)
