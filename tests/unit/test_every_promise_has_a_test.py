"""docs/reliability.md promises nothing that no test holds."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reliability.md"
PROMISES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text().splitlines()
    if line.startswith("| ") and not line.startswith(("| promise |", "| --- |"))
]


def test_there_are_promises() -> None:
    assert len(PROMISES) > 10


@pytest.mark.parametrize("line", PROMISES, ids=lambda line: line[0][:60])
def test_a_promise_says_how_it_is_kept_and_names_tests_that_are_there(line: list[str]) -> None:
    promise, how, held_by = line
    assert promise
    assert how
    named = re.findall(r"`([^`]+)`", held_by)
    assert named, "no test holds it"
    for name in named:
        assert name.split("/")[-1].startswith("test_")
        assert (TESTS / name).is_file(), f"{name} is not there"
