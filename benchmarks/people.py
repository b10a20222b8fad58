"""Made-up addresses: the same in every run, and in no order that would flatter an index."""

from hashlib import blake2b


def address(group: str, number: int) -> str:
    """An address in example.org (RFC 2606): each group and number has its own."""
    digest = blake2b(f"{group}/{number}".encode(), digest_size=8).hexdigest()
    return f"{digest}@example.org"


def urlencoded_address(group: str, number: int) -> str:
    """The same, as a form field's value."""
    return address(group, number).replace("@", "%40")
