"""How a client's address is recorded: not at all, truncated, or in full."""

import hashlib
import hmac
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network


class Recording(StrEnum):
    """How much of a client address or user agent is kept; the policy says which."""

    NONE = "none"
    TRUNCATED = "truncated"
    FULL = "full"


PREFIX = {4: 24, 6: 48}
# What a browser's user agent has that no other's has, the most particular first.
FAMILIES = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
MAX_USER_AGENT = 300


def record_address(text: str | None, how: Recording) -> str | None:
    """The part of a client address that may be kept: a /24 or a /48 where truncated."""
    if how is Recording.NONE or not text:
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if how is Recording.FULL:
        return str(address)
    return str(ip_network((address, PREFIX[address.version]), strict=False))


def record_user_agent(text: str | None, how: Recording) -> str | None:
    """The part of a user agent that may be kept: its first product token where truncated."""
    if how is Recording.NONE or not text:
        return None
    printable = "".join(character for character in text if character.isprintable())
    if how is Recording.TRUNCATED:
        return printable.split(" ", 1)[0][:60]
    return printable[:MAX_USER_AGENT]


def browser_family(user_agent: str | None) -> str | None:
    """The family of a browser, such as ``Firefox``; None if it says nothing we know."""
    found = (family for sign, family in FAMILIES.items() if sign in (user_agent or ""))
    return next(found, None)


def client_key(key: bytes, text: str | None) -> str:
    """A keyed hash under which a client is counted, so that its address is stored nowhere."""
    return hmac.digest(key, (text or "").encode(), hashlib.sha256).hex()[:32]
