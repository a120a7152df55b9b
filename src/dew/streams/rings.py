"""Rings: the newest values of something, one for each step of time, in memory that is taken once.

A thousand Droplets are measured for a day: as Python's objects that would be 300 MB, like this it is 40.
"""

import math
from array import array
from collections.abc import Iterator, Sequence

Values = tuple[float | None, ...]

NOTHING = math.nan  # where nothing is known


class Ring:
    """Keeps ``kept`` steps of ``width`` values; the time of a step is when it began, in Unix seconds."""

    def __init__(self, step_seconds: int, kept: int, width: int) -> None:
        self.step_seconds = step_seconds
        self._kept = kept
        self._width = width
        self._newest = -1
        self._steps = array("q", [-1]) * kept  # which step is in each place
        self._values = array("f", [NOTHING]) * (kept * width)

    def put(self, at: float, values: Sequence[float | None]) -> None:
        """Set the values of the step that ``at`` is in."""
        step = int(at // self.step_seconds)
        place = step % self._kept
        self._steps[place] = step
        self._newest = max(self._newest, step)
        told = [NOTHING if value is None else value for value in values]
        self._values[place * self._width : (place + 1) * self._width] = array("f", told)

    def between(self, start: float, end: float) -> Iterator[tuple[int, Values]]:
        """Yield the steps that began from ``start`` to ``end`` and have values, oldest first."""
        first, last = math.ceil(start / self.step_seconds), min(int(end // self.step_seconds), self._newest)
        for step in range(max(first, last - self._kept + 1), last + 1):
            place = step % self._kept
            if self._steps[place] == step:
                found = self._values[place * self._width : (place + 1) * self._width]
                values = tuple(None if math.isnan(value) else value for value in found)
                yield step * self.step_seconds, values


def means(rows: Sequence[Values], width: int) -> Values:
    """Return the mean of each value over the rows that have it."""
    columns = ([row[index] for row in rows] for index in range(width))
    return tuple(_mean([value for value in column if value is not None]) for column in columns)


def _mean(known: Sequence[float]) -> float | None:
    return sum(known) / len(known) if known else None
