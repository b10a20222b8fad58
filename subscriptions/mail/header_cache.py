"""Mail headers, parsed and folded, kept for the next mail where they are the same and name nobody.

The standard library makes a class for each header that it sets, parses each value anew, and does
so again to break its lines: that was a third of what a mail costs.
"""

from email.headerregistry import BaseHeader, HeaderRegistry
from email.policy import EmailPolicy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from email.message import EmailMessage

    Standard = EmailPolicy[EmailMessage]
else:  # it is generic for the type checker only
    Standard = EmailPolicy

# A link is longer than a line should be; the standard library would break it into encoded words.
# Whoever acts on the header reads it as it stands (RFC 2369 section 2, RFC 8058 section 3.1).
WHOLE = frozenset({"list-id", "list-unsubscribe"})
# Never the recipient's: an address must not stay in memory after its mail.
REPEATED = frozenset(
    {
        "auto-submitted",
        "content-transfer-encoding",
        "content-type",
        "from",
        "list-id",
        "list-unsubscribe-post",
        "mime-version",
        "subject",
    }
)


class HeaderCache(HeaderRegistry):
    """The standard registry of header types, with a memory."""

    def __init__(self) -> None:
        super().__init__()
        self._kind = lru_cache(maxsize=64)(super().__getitem__)
        self._repeated = lru_cache(maxsize=128)(self._parse)

    def __getitem__(self, name: str) -> type[BaseHeader]:
        """The type of headers with this name."""
        return self._kind(name)

    def __call__(self, name: str, value: Any) -> BaseHeader:
        """The header, parsed; ValueError if it holds a line end, as always."""
        known = isinstance(value, str) and name.lower() in REPEATED
        return self._repeated(name, value) if known else self._parse(name, value)

    def _parse(self, name: str, value: Any) -> BaseHeader:
        return super().__call__(name, value)


class RememberingPolicy(Standard):
    """The standard policy, which keeps how it broke the lines of a repeated header.

    It leaves a link whole.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as it goes out, RFC 5322 section 2.2.3."""
        if name.lower() in WHOLE:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        if name.lower() in REPEATED and isinstance(value, BaseHeader):
            return _folded(self, name, value)
        return super().fold_binary(name, value)


@lru_cache(maxsize=128)
def _folded(policy: RememberingPolicy, name: str, value: BaseHeader) -> bytes:
    return super(RememberingPolicy, policy).fold_binary(name, value)
