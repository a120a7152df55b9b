"""An hour of life in fast-forward: dewd's memory, handles, threads, tasks, log and database stay flat."""

from pathlib import Path

from tests.endurance.life import MEASURES, hurried_dewd, live, table

HOURS, ACTIONS = 1.0, 600
LEAKING_HOURS, LEAKING_ACTIONS = 0.1, 150
LEAKS = "memory,handles,threads,tasks,database"


def test_an_hour_of_life_leaves_dewd_as_small_as_it_was(tmp_path: Path) -> None:
    with hurried_dewd(tmp_path) as dewd:
        samples = live(dewd, HOURS, ACTIONS)
    print(table(samples))
    grown = {each.name: each.growth(samples) for each in MEASURES if each.growth(samples) > each.slack}
    assert grown == {}


def test_the_test_above_finds_leaks(tmp_path: Path) -> None:
    with hurried_dewd(tmp_path, LEAKS) as dewd:
        samples = live(dewd, LEAKING_HOURS, LEAKING_ACTIONS)
    print(table(samples))
    grown = {each.name for each in MEASURES if each.growth(samples) > each.slack}
    assert grown >= {"memory_bytes", "handles", "threads", "tasks", "database_bytes"}
