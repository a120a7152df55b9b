"""dew.testing: what docs/simulation.md shows other people to write really runs."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from dew.client import ApiError, Client
from dew.config import Config
from dew.testing import simulated

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "simulation.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of somebody who has installed the wheel, built as for a release, and no checkout."""
    made, packages = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("packages")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(made)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True, timeout=60)
    (wheel,) = made.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(packages)
    script = packages / "bin" / "dew"
    script.parent.mkdir()
    script.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from dew.cli.main import main; main()' \"$@\"\n")
    script.chmod(0o755)
    others = {name: value for name, value in os.environ.items() if not name.startswith("DEW_")}
    path = f"{script.parent}{os.pathsep}{os.environ['PATH']}"
    return {**others, "PYTHONPATH": str(packages), "PATH": path, "DEW_LISTEN": "127.0.0.1:0"}


def test_the_tests_on_the_page_pass_where_the_wheel_is_installed(
    tmp_path: Path, installed: dict[str, str]
) -> None:
    """As somebody else's: in an empty directory, with nothing said but the fixture's name."""
    examples = [block for block in blocks("python") if "def test_" in block]
    assert len(examples) >= 2
    place = f"import dew\ndef test_place(): assert dew.__file__.startswith({installed['PYTHONPATH']!r})\n"
    for number, example in enumerate([place, *examples]):
        (tmp_path / f"test_example_{number}.py").write_text(example)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        env=installed,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{1 + sum(example.count('def test_') for example in examples)} passed" in done.stdout


def test_what_the_snippet_for_a_build_server_runs_gives_the_tests_a_dew(
    tmp_path: Path, installed: dict[str, str]
) -> None:
    (snippet,) = blocks("yaml")
    (job,) = yaml.safe_load(snippet)["jobs"].values()
    steps = [step["run"] for step in job["steps"] if "run" in step]
    assert steps[:2] == ['git clone --depth 1 "$DEW_REPOSITORY" dew', "pip install ./dew"]
    tests, variables = tmp_path / "run-my-tests", tmp_path / "variables"
    tests.write_text('#!/bin/sh -e\ntest "$DIGITALOCEAN_API_URL" -a "$DIGITALOCEAN_TOKEN"\n')
    tests.chmod(0o755)
    told = installed | {"DEW_DATA": str(tmp_path / "data"), "GITHUB_ENV": str(variables)}
    try:
        for step in steps[2:]:
            subprocess.run(["bash", "-e", "-c", step], env=told, cwd=tmp_path, check=True, timeout=60)
            if variables.exists():
                told |= dict(line.split("=", 1) for line in variables.read_text().splitlines())
        assert (
            told["DIGITALOCEAN_API_URL"] == f"http://{Config().listen}"
        )  # where it is unless told otherwise
        address = (tmp_path / "data" / "address").read_text().strip()
        assert Client(address, told["DIGITALOCEAN_TOKEN"]).droplets() == []
    finally:
        subprocess.run(["dew", "down"], env=told, check=True, timeout=60)


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
