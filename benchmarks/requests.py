"""The requests of each round: sign-ups, confirmations and one-click unsubscriptions."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.load import Request, write_requests
from benchmarks.people import urlencoded_address
from subscriptions.core.tokens import Purpose, Reference, TokenService

ONE_CLICK = "List-Unsubscribe=One-Click"
WARM_UP = "warm-up.txt"


def write_rounds(
    tokens: TokenService,
    form: str,
    topics: Sequence[str],
    confirming: Sequence[str],
    leaving: Sequence[str],
    rounds: int,
    folder: Path,
) -> None:
    """Writes sign-up-N, confirm-N and unsubscribe-N.txt, and as many sign-ups for a warm-up."""
    per_load = len(leaving) // rounds
    for number in range(rounds):
        part = slice(number * per_load, (number + 1) * per_load)
        loads: dict[str, Iterable[Request]] = {
            "sign-up": _sign_ups(form, topics, f"visitor-{number}", per_load),
            "confirm": _confirmations(tokens, confirming[part]),
            "unsubscribe": _unsubscriptions(tokens, leaving[part]),
        }
        for name, requests in loads.items():
            write_requests(folder / f"{name}-{number}.txt", requests)
    write_requests(folder / WARM_UP, _sign_ups(form, topics, "warm-up", per_load))


def _sign_ups(form: str, topics: Sequence[str], group: str, count: int) -> Iterator[Request]:
    rest = "&consent=y" + "".join(f"&topics={slug}" for slug in topics)
    for number in range(count):
        yield Request(f"/forms/{form}", f"email={urlencoded_address(group, number)}{rest}")


def _confirmations(tokens: TokenService, references: Iterable[str]) -> Iterator[Request]:
    for reference in references:
        yield Request(f"/confirm/{tokens.make(Purpose.CONFIRM, Reference(reference, 0))}")


def _unsubscriptions(tokens: TokenService, references: Iterable[str]) -> Iterator[Request]:
    make = tokens.maker(Purpose.UNSUBSCRIBE)
    for reference in references:
        yield Request(f"/unsubscribe/{make(reference, 0)}", ONE_CLICK)
