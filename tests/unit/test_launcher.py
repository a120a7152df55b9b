"""What ./dew promises before the dew command runs: said with stand-ins for apt, sudo and uv."""

import os
import pty
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
LIMIT_SECONDS = 60

PACKAGES = """\
# package  sign       for      what it is for
python3    -          python   runs Dew
zither     zither     guests   plucks the strings
lute       lute       guests   the same, softly
harp       harp       tests    sounds the trial
"""

APT_GET = """\
echo "apt-get $*" >>"$LOG"
for word; do
    case $word in zither|lute|harp) : >"$BIN/$word"; chmod +x "$BIN/$word";; esac
done
"""
APT_CACHE = 'for word in $KNOWN; do echo "  Candidate: 1.0"; done'
SUDO = 'echo "sudo $*" >>"$LOG"; [ "$1" != -n ] || shift; [ -z "$NO_SUDO" ] || exit 1; exec "$@"'
UV = """\
if [ "$1" = --version ]; then echo "uv 0.13.9"; exit; fi
echo "uv $*" >>"$LOG"
[ -z "$SLOW" ] || { : >"$LOG.uv-started"; sleep "$SLOW"; }
"""
NODE = "echo v22.20.0"
NPM = """\
echo "npm $*" >>"$LOG"
[ -z "$NO_NPM" ] || { echo "the registry does not answer"; exit 1; }
bin=$3/node_modules/.bin
mkdir -p "$bin"
echo 'while [ "$1" != --outDir ]; do shift; done; mkdir -p "$2"; : >"$2/index.html"' >"$bin/vite"
: >"$bin/openapi-typescript"
chmod +x "$bin"/*
"""
MAIN = (
    "import sys\n\ndef main():\n    print('dew', *sys.argv[1:])\n    return 7 if 'fail' in sys.argv else 0\n"
)


@dataclass
class Clone:
    """A clone of the launcher with a dew command that only echoes, and a machine made of stand-ins."""

    path: Path
    bin: Path
    log: Path
    variables: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments: str, terminal: int | None = None, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.path / "dew", *arguments],
            stdin=subprocess.DEVNULL if terminal is None else terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if terminal is None else terminal,
            text=True,
            env=self._environment(variables),
            start_new_session=True,
        )

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments, **variables) as process:
            said, complained = process.communicate(timeout=LIMIT_SECONDS)
        return subprocess.CompletedProcess(arguments, process.returncode, said, complained)

    def calls(self, program: str) -> list[str]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if line.startswith(f"{program} ")]

    def stand_in(self, name: str, script: str) -> None:
        place = self.bin / name
        place.write_text(f"#!/bin/sh\n{script}\n")
        place.chmod(0o755)

    def become(self, uid: int) -> None:
        """Make the launcher believe that this user runs it."""
        self.stand_in("id", f'[ "$*" = -u ] && echo {uid} || echo somebody')

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        ours = {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.path), "LOG": str(self.log)}
        return {**ours, "BIN": str(self.bin), "KNOWN": "a b c", **self.variables, **variables}


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    path, programs = tmp_path / "a clone", tmp_path / "bin"
    programs.mkdir()
    shutil.copytree(CHECKOUT / "setup", path / "setup")
    for name in ("dew", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(CHECKOUT / name, path / name)
    (path / "setup/packages").write_text(PACKAGES)
    (path / "src/dew/cli").mkdir(parents=True)
    (path / "src/dew/cli/main.py").write_text(MAIN)
    (path / "src/dew/api").mkdir()
    (path / "src/dew/api/describe.py").write_text("print('{}')\n")
    (path / "panel").mkdir()
    (path / "panel/package-lock.json").write_text("{}")
    made = Clone(path, programs, tmp_path / "log")
    for name, script in {"apt-get": APT_GET, "apt-cache": APT_CACHE, "sudo": SUDO, "uv": UV}.items():
        made.stand_in(name, script)
    made.stand_in("node", NODE)
    made.stand_in("npm", NPM)
    made.become(0)
    return made


@pytest.fixture
def prepared(clone: Clone) -> Clone:
    assert clone.run("--version").returncode == 0
    clone.log.unlink()
    return clone


def test_a_fresh_clone_prepares_itself_and_runs_the_command(clone: Clone) -> None:
    done = clone.run("droplet", "list", "two words")
    assert (done.returncode, done.stdout) == (0, "dew droplet list two words\n")
    assert len(clone.calls("uv")) == 1
    assert "--require-hashes" in clone.calls("uv")[0]


def test_the_second_time_nothing_is_prepared_and_nothing_said(prepared: Clone) -> None:
    done = prepared.run("droplet", "list")
    assert (done.stdout, done.stderr) == ("dew droplet list\n", "")
    assert not prepared.log.exists()


def test_the_commands_own_exit_code_comes_through(prepared: Clone) -> None:
    assert prepared.run("fail").returncode == 7


def test_checking_the_store_is_the_commands_and_not_the_checkouts_check(prepared: Clone) -> None:
    assert prepared.run("check", "store").stdout == "dew check store\n"


def test_it_works_from_elsewhere_and_through_a_link(prepared: Clone, tmp_path: Path) -> None:
    link = tmp_path / "dew-link"
    link.symlink_to(prepared.path / "dew")
    said = subprocess.check_output([link, "x"], cwd="/", text=True, env=prepared._environment({}))
    assert said == "dew x\n"


def test_changed_lock_files_are_installed(prepared: Clone) -> None:
    with (prepared.path / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert prepared.run("x").returncode == 0
    assert len(prepared.calls("uv")) == 1


def test_a_clone_that_was_moved_is_linked_anew(prepared: Clone) -> None:
    prepared.path = prepared.path.rename(prepared.path.with_name("moved"))
    assert prepared.run("x").stdout == "dew x\n"


def test_a_failed_set_up_is_told_and_redone(clone: Clone) -> None:
    clone.stand_in("uv", '[ "$1" = --version ] && echo "uv 0.13.9"')
    failed = clone.run("x")
    assert failed.returncode == 1
    assert "could not install the Python packages" in failed.stderr
    clone.stand_in("uv", UV)
    assert clone.run("x").stdout == "dew x\n"


def test_a_killed_set_up_is_redone_from_nothing(clone: Clone) -> None:
    killed = clone.start("x", SLOW="30")
    _await(lambda: clone.log.with_name("log.uv-started").exists())
    (clone.path / ".venv/half-installed").touch()
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert clone.run("x").stdout == "dew x\n"
    assert not (clone.path / ".venv/half-installed").exists()


def test_two_at_once_prepare_it_once(clone: Clone) -> None:
    both = [clone.start("one", SLOW="1"), clone.start("two", SLOW="1")]
    said = [process.communicate(timeout=LIMIT_SECONDS)[0] for process in both]
    assert said == ["dew one\n", "dew two\n"]
    assert len(clone.calls("uv")) == 1


def test_a_directory_with_other_things_in_it_is_left_alone(clone: Clone, tmp_path: Path) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "dear-ann.txt").write_text("Dear Ann")
    refused = clone.run("x", DEW_VENV=str(letters))
    assert refused.returncode == 1
    assert "name another place in DEW_VENV" in refused.stderr
    assert (letters / "dear-ann.txt").exists()


def test_the_panel_is_built_once_before_dewd_is_started_and_anew_when_it_changed(prepared: Clone) -> None:
    built = prepared.path / "src/dew/panel/built/index.html"
    assert prepared.run("droplet", "list").returncode == 0
    assert not built.exists()
    for _ in range(2):
        assert prepared.run("up", "--simulate").stdout == "dew up --simulate\n"
        assert built.exists()
    assert len(prepared.calls("npm")) == 1
    (prepared.path / "panel/main.tsx").write_text("export {};\n")
    built.unlink()
    assert "building the control panel" in prepared.run("up", "--simulate").stderr
    assert built.exists()


def test_dew_works_without_a_panel_and_tries_to_build_it_again_when_asked(
    prepared: Clone,
) -> None:
    done = prepared.run("up", "--simulate", NO_NPM="1")
    assert done.stdout == "dew up --simulate\n"
    assert "the registry does not answer" in done.stderr
    assert prepared.run("up", "--simulate").stderr == ""  # not at every start: it takes a while to fail
    assert prepared.run("setup").returncode == 0
    assert (prepared.path / "src/dew/panel/built/index.html").exists()


def test_commands_that_need_no_packages_ask_for_none(prepared: Clone) -> None:
    prepared.run("up", "--simulate")  # builds the panel
    prepared.log.unlink()
    for arguments in (["droplet", "list"], ["up", "--simulate"], ["demo", "--help"]):
        assert prepared.run(*arguments).returncode == 0
    assert not prepared.log.exists()


def test_root_gets_the_missing_packages_in_one_go_with_a_reason_each(prepared: Clone) -> None:
    prepared.stand_in("lute", "")
    done = prepared.run("up")
    assert done.stdout == "dew up\n"
    assert "plucks the strings" in done.stderr
    assert "softly" not in done.stderr
    assert [call.split()[-1] for call in prepared.calls("apt-get")] == ["zither"]
    assert not prepared.calls("sudo")


def test_package_lists_are_read_only_when_apt_knows_a_package_not(prepared: Clone) -> None:
    assert prepared.run("up", KNOWN="a").returncode == 0
    assert [call.split()[1] for call in prepared.calls("apt-get")] == ["update", "install"]


def test_packages_that_cannot_be_had_are_named(prepared: Clone) -> None:
    prepared.stand_in("apt-get", "exit 100")
    done = prepared.run("up")
    assert (done.returncode, done.stdout) == (1, "")
    assert "still missing: zither lute" in done.stderr


def test_sudo_is_asked_only_when_something_is_missing(prepared: Clone) -> None:
    prepared.become(1000)
    _decline_the_rest(prepared)
    for name in ("zither", "lute"):
        prepared.stand_in(name, "")
    assert prepared.run("up").stdout == "dew up\n"
    assert not prepared.calls("sudo")
    (prepared.bin / "lute").unlink()
    assert prepared.run("up").stdout == "dew up\n"
    assert len(prepared.calls("apt-get")) == 1
    assert prepared.calls("sudo")


def test_without_sudo_it_says_what_an_administrator_must_run(prepared: Clone) -> None:
    prepared.become(1000)
    done = prepared.run("up", NO_SUDO="1")
    assert done.returncode == 1
    assert "apt-get install" in done.stderr
    assert "zither lute" in done.stderr
    assert not prepared.calls("apt-get")


@pytest.mark.parametrize(("answer", "result"), [("\n", "dew up\n"), ("n\n", "")])
def test_a_person_is_asked_before_sudo_is_used(prepared: Clone, answer: str, result: str) -> None:
    prepared.become(1000)
    _decline_the_rest(prepared)
    ours, theirs = pty.openpty()
    with prepared.start("up", terminal=theirs) as process:
        os.close(theirs)
        os.write(ours, answer.encode())
        said = process.communicate(timeout=LIMIT_SECONDS)[0]
    asked = os.read(ours, 10_000).decode()
    os.close(ours)
    assert asked.index("apt-get install") < asked.index("run this with sudo now?")
    assert said == result
    assert bool(prepared.calls("sudo")) is bool(result)


def test_what_only_makes_it_better_is_offered_once_and_does_not_stop_it(prepared: Clone) -> None:
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 22:
        pytest.skip("this machine's port floor is down already")
    prepared.become(1000)
    for name in ("zither", "lute"):
        prepared.stand_in(name, "")
    first, second = prepared.run("up", NO_SUDO="1"), prepared.run("up", NO_SUDO="1")
    assert "ip_unprivileged_port_start=22" in first.stderr
    assert (first.stdout, second.stdout, second.stderr) == ("dew up\n", "dew up\n", "")


def test_a_machine_without_apt_is_told_what_to_install(prepared: Clone) -> None:
    (prepared.bin / "apt-get").unlink()
    only_ours = f"{prepared.bin}:{_programs(prepared.bin.parent / 'few', without='apt-get')}"
    done = prepared.run("up", PATH=only_ours)
    assert done.returncode == 1
    assert "there is no apt-get here" in done.stderr
    assert "plucks the strings" in done.stderr


def test_starting_through_the_launcher_takes_three_small_programs(prepared: Clone) -> None:
    """So it adds little; bench/starts.py measures how much."""
    few = prepared.bin.parent / "few"
    few.mkdir()
    (few / "bash").symlink_to("/bin/bash")
    for name in ("readlink", "sha256sum"):
        prepared.stand_in(name, f'echo "{name} $*" >>"$LOG"; exec /usr/bin/{name} "$@"')
        (prepared.bin / name).rename(few / name)
    assert prepared.run("--version", PATH=str(few)).stdout == "dew --version\n"
    assert (len(prepared.calls("readlink")), len(prepared.calls("sha256sum"))) == (2, 1)


def _await(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _decline_the_rest(clone: Clone) -> None:
    (clone.path / ".venv/declined").write_text("ports\nkvm\nsubids\n")


def _programs(directory: Path, without: str) -> Path:
    """Return a directory with all of /usr/bin but one program."""
    directory.mkdir()
    for program in Path("/usr/bin").iterdir():
        if program.name != without:
            (directory / program.name).symlink_to(program)
    return directory
