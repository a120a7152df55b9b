"""Figures: medians of several runs, and the ratio to what they are held against."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True)
class Figure:
    """Seconds that something took, several times."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        low, high = min(self.seconds), max(self.seconds)
        return f"{self.name:<58} {self.median * 1000:9.1f} ms   ({low * 1000:.1f} – {high * 1000:.1f})"


def timed(
    name: str, runs: int, work: Callable[[int], object], after: Callable[[int], object] = lambda _: None
) -> Figure:
    """Return how long ``work`` took each of ``runs`` times, without what is done ``after`` each.

    Both are told which run it is.
    """
    return Figure(name, tuple(_seconds(work, after, run) for run in range(runs)))


def _seconds(work: Callable[[int], object], after: Callable[[int], object], run: int) -> float:
    begun = perf_counter()
    work(run)
    seconds = perf_counter() - begun
    after(run)
    return seconds


def ratio(figure: Figure, against: Figure) -> str:
    """Return a line that holds one figure against another."""
    factor = against.median / figure.median
    words = f"{factor:.1f} times as fast as" if factor >= 1 else f"{1 / factor:.1f} times the time of"
    return f"    {figure.name}: {words} {against.name}"


class Targets:
    """What was to be reached, and whether it was."""

    def __init__(self) -> None:
        self._missed: list[str] = []

    def hold(self, what: str, value: float, limit: float, unit: str) -> None:
        """Print whether ``value`` is within ``limit``, both in ``unit``."""
        reached = value <= limit
        print(
            f"    {'reached' if reached else 'MISSED '}  {what}: {value:.3g} {unit} (limit {limit:g} {unit})"
        )
        if not reached:
            self._missed.append(what)

    @property
    def missed(self) -> Sequence[str]:
        return self._missed
