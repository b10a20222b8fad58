"""Charts as numbers: what stands where. A template draws them, the style sheet colours them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from flask_babel import LazyString

from subscriptions.web.admin.spans import Period

SLOT, BARS = 10.0, 8.0  # the width of a period in a chart, and what bars fill of it
HEIGHT = 100.0
STEPS = (1, 2, 3, 4, 5, 6, 8, 10)


class Bar(NamedTuple):
    """A bar of a series; the chart is as high as :data:`HEIGHT`.

    One that is ``cut`` goes on above it.
    """

    series: str
    x: float
    y: float
    width: float
    height: float
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of the same kind, one for each period; None where nothing was counted.

    What is ``rare`` comes at once and in large numbers, such as an import. Where a chart shows
    something else as well, that gives the scale, and a bar that is higher is cut.
    """

    name: str
    label: LazyString
    values: Sequence[int | None]
    rare: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Series over the same periods: bars side by side or on top of each other, or a line."""

    name: str
    title: LazyString
    periods: Sequence[Period]
    series: Sequence[Series]
    stacked: bool = False
    line: bool = False

    @property
    def width(self) -> float:
        """The width of the drawing, in its own units."""
        return SLOT * len(self.periods)

    @property
    def top(self) -> int:
        """A round number that nothing usual is higher than: the upper end of the scale."""
        usual = [series for series in self.series if not series.rare and any(series.values)]
        columns = _columns(usual or self.series)
        return round_up(max([1, *(sum(c) if self.stacked else max(c) for c in columns)]))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw. One point makes no line."""
        if self.line:
            return len(self.points()) < 2
        return not any(number for series in self.series for number in series.values)

    def bars(self) -> Iterator[Bar]:
        """Every bar that is higher than nothing."""
        scale = HEIGHT / self.top
        for place, column in enumerate(_columns(self.series)):
            whole = [number * scale for number in column]
            heights = [min(height, HEIGHT) for height in whole]
            below = [0.0, *accumulate(heights)] if self.stacked else [0.0] * len(heights)
            width = BARS if self.stacked else BARS / len(heights)
            for number, (series, height) in enumerate(zip(self.series, heights, strict=True)):
                x = place * SLOT + 1 + (0 if self.stacked else number * width)
                if height:
                    y = HEIGHT - below[number] - height
                    yield Bar(
                        series.name,
                        round(x, 2),
                        round(y, 2),
                        round(width, 2),
                        round(height, 2),
                        cut=whole[number] > HEIGHT,
                    )

    def points(self) -> Sequence[tuple[float, float]]:
        """The points of the first series' line; periods of which nothing is known are left out."""
        scale = HEIGHT / self.top
        return [
            (round((place + 0.5) * SLOT, 2), round(HEIGHT - number * scale, 2))
            for place, number in enumerate(self.series[0].values)
            if number is not None
        ]


def _columns(series: Sequence[Series]) -> list[list[int]]:
    numbers = ([number or 0 for number in each.values] for each in series)
    return [list(column) for column in zip(*numbers, strict=True)]


def round_up(number: int) -> int:
    """The next round number: its first figure may be anything but 7 and 9, and zeros follow."""
    power = 1
    while power * 10 < number:
        power *= 10
    return next(step * power for step in STEPS if step * power >= number)
