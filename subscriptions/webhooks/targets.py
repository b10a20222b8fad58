"""Where a webhook may lead: what a URL must look like, and which addresses are never connected to.

Private networks are allowed, for the receivers of a self-hosted service live there; an owner says
where to. What is refused is never a receiver: link-local addresses, behind which clouds hand out
their machines' secrets, and what is no single machine.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _
from subscriptions.webhooks.models import URL_LENGTH

# What two programs could read in two ways (RFC 3986 has none of it) is refused.
PLAIN = re.compile(r"[!-\[\]-~]+")
USUAL_PORT = {"https": 443, "http": 80}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# Link-local ones are found by what they are; these look like any other.
METADATA = frozenset(map(ip_address, ("fd00:ec2::254", "100.100.100.200", "168.63.129.16")))
THIS_NETWORK = ip_network("0.0.0.0/8")
TRANSLATED = ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


class BadTarget(Invalid):
    """A URL that no webhook can have."""

    code = "bad_target"
    message = _(
        "The address begins with https://, names a host, and has no user, password or fragment in "
        "it. http:// is for this very machine only."
    )


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart. ``path`` has the query in it."""

    secure: bool
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """What a URL leads to; :class:`BadTarget` if it may not be one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadTarget from None
    if not PLAIN.fullmatch(url) or len(url) > URL_LENGTH or "@" in parts.netloc or "#" in url:
        raise BadTarget
    secure = parts.scheme == "https"
    if not host or not (secure or (parts.scheme == "http" and host in LOOPBACK)):
        raise BadTarget
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port or USUAL_PORT[parts.scheme], path)


def may_connect(address: str, *, secure: bool) -> bool:
    """Whether this IP address may be connected to; without TLS only loopback may."""
    ip = _plain(ip_address(address.partition("%")[0]))
    if not secure:
        return ip.is_loopback
    if ip in METADATA or (ip.version == 4 and ip in THIS_NETWORK):
        return False
    odd = ip.is_reserved and not ip.is_loopback
    return not (ip.is_link_local or ip.is_multicast or ip.is_unspecified or odd)


def _plain(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in TRANSLATED:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
