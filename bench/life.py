"""Hours of life in fast-forward: what dewd takes while thousands of Actions go by."""

from pathlib import Path

from tests.endurance.life import MEASURES, hurried_dewd, live, table

from bench.report import Targets

HOURS, ACTIONS = 2.0, 2000


def measure(scratch: Path, targets: Targets) -> None:
    """Print what a simulated dewd takes from time to time, and whether any of it grows."""
    print(f"\n{HOURS:.0f} hours of life, {ACTIONS} Actions in fast-forward, Droplets in memory")
    with hurried_dewd(scratch) as dewd:
        samples = live(dewd, HOURS, ACTIONS)
    print(table(samples))
    for each in MEASURES:
        targets.hold(f"growth of {each.name}", each.growth(samples), each.slack, each.unit)
