"""dew.testing: what docs/simulation.md shows other people to write really runs."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from dew.client import ApiError
from dew.testing import simulated

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "simulation.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_tests_on_the_page_pass(tmp_path: Path) -> None:
    """As somebody else's: in a process of their own, in a directory of their own."""
    examples = [block for block in blocks("python") if "def test_" in block]
    assert len(examples) >= 2
    for number, example in enumerate(examples):
        (tmp_path / f"test_example_{number}.py").write_text(example)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "dew.testing.plugin", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{sum(example.count('def test_') for example in examples)} passed" in done.stdout


def test_pytest_finds_the_fixture_by_itself() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"dew": "dew.testing.plugin"}


def test_the_snippet_for_a_build_server_is_one() -> None:
    (snippet,) = blocks("yaml")
    (job,) = yaml.safe_load(snippet)["jobs"].values()
    assert any("dew up" in step.get("run", "") for step in job["steps"])


def test_a_dew_of_ones_own_ends_with_its_test_and_leaves_nothing() -> None:
    with simulated(tls=True, requests_per_minute=1000) as dew:
        assert dew.client.status()["simulated"] is True
        assert dew.environment["DIGITALOCEAN_API_URL"].startswith("https://127.0.0.1:")
        dew.slow(0.1, "snapshot")
        dew.fail("snapshot", times=2, message="No.")
        dew.fail("create")
        asked = dew.client.simulation()
        assert (asked.delays, [each["times"] for each in asked.failures]) == ({"snapshot": 0.1}, [2, 1])
        dew.calm()
        assert dew.client.simulation().failures == []
        with pytest.raises(ApiError, match="no Actions of kind"):
            dew.fail("dance")
        data, pid = Path(str(dew.client.status()["data"])), dew.client.status()["pid"]
        assert Path(f"/proc/{pid}").exists()
    assert not data.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_a_dew_that_can_not_start_says_why() -> None:
    with pytest.raises(RuntimeError, match="DEW_LISTEN must be"), simulated(listen="nowhere"):
        pass
