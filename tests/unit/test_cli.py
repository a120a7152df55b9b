"""The parts of the dew command that need no dewd: names, words, waiting, and how a command ends."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from dew.cli import down, home, names, show, ssh
from dew.cli import droplet as droplet_commands
from dew.cli import follow as follow_module
from dew.cli.failure import Exit, Failure
from dew.cli.follow import follow
from dew.cli.key import add_file
from dew.cli.main import COMMANDS, run
from dew.cli.ssh import Door
from dew.cli.translate import translated
from dew.client import (
    Action,
    ApiError,
    Client,
    Droplet,
    DropletDetail,
    Key,
    Snapshot,
    Unreachable,
    WaitedTooLong,
)

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Thing:
    id: int
    name: str
    created_at: datetime = NOW


def pick(things: list[Thing], wanted: str) -> Thing:
    return names.pick(things, wanted, "Droplet", "dew droplet list")


def test_a_name_means_the_thing_that_has_it() -> None:
    assert pick([Thing(1, "web"), Thing(2, "db")], "db").id == 2


def test_a_number_that_is_an_id_and_another_ones_name_is_refused() -> None:
    things = [Thing(1, "web"), Thing(3, "1")]
    with pytest.raises(
        Failure, match=r"1 fits 2 Droplets\. Say which one by its id, such as id:1:"
    ) as caught:
        pick(things, "1")
    assert caught.value.code == Exit.USAGE
    assert (pick(things, "id:1").id, pick(things, "name:1").id, pick(things, "3").id) == (1, 3, 3)


def test_a_thing_that_is_named_by_its_own_id_is_not_ambiguous() -> None:
    assert pick([Thing(1, "1"), Thing(2, "web")], "1").id == 1


def test_a_slug_that_is_another_ones_name_is_refused() -> None:
    @dataclass(frozen=True)
    class Picture(Thing):
        slug: str | None = None

    pictures = [Picture(1, "12 x64", slug="debian-12"), Picture(2, "debian-12")]

    def picked(wanted: str) -> int:
        return names.pick(pictures, wanted, "Image", "dew image list", also=lambda each: each.slug).id

    with pytest.raises(Failure, match="fits 2 Images"):
        picked("debian-12")
    assert (picked("id:debian-12"), picked("name:debian-12")) == (1, 2)


def test_an_explicit_id_is_never_taken_for_a_name() -> None:
    with pytest.raises(Failure, match="There is no Droplet id:7"):
        pick([Thing(1, "7"), Thing(2, "id:7")], "id:7")


def test_what_a_hint_tells_to_type_means_one_thing() -> None:
    things = [Thing(1, "web"), Thing(2, "twin"), Thing(3, "twin"), Thing(4, "1")]
    assert [names.unmistakable(things, each) for each in things] == ["web", "id:2", "id:3", "id:4"]


def test_a_name_that_looks_like_an_id_is_found_when_no_id_fits() -> None:
    assert pick([Thing(1, "7")], "7").id == 1


def test_an_ambiguous_name_lists_its_candidates() -> None:
    things = [Thing(9, "web", NOW - timedelta(hours=3)), Thing(12, "web", NOW - timedelta(days=2))]
    with pytest.raises(Failure) as caught:
        pick(things, "web")
    assert caught.value.code == Exit.USAGE
    first, second = caught.value.message.splitlines()[1:]
    assert first.startswith("   9  web  created 3 hours ago")
    assert second.startswith("  12  web  created 2 days ago")


def test_a_mistyped_name_is_not_found_and_the_nearest_is_offered() -> None:
    with pytest.raises(Failure, match=r"There is no Droplet wbe\. Did you mean web\?") as caught:
        pick([Thing(1, "web")], "wbe")
    assert caught.value.code == Exit.NOT_FOUND


class Snapshots:
    """A client that knows Snapshots, and that those called backup are Backups."""

    def __init__(self, *snapshots: Snapshot) -> None:
        self._known = list(snapshots)

    def snapshots(self) -> list[Snapshot]:
        return [each for each in self._known if each.name != "backup"]

    def backups(self) -> list[Snapshot]:
        return [each for each in self._known if each.name == "backup"]


def restorable(wanted: str, *snapshots: Snapshot) -> Snapshot:
    target = cast(names.Droplet, Thing(1, "web"))
    return names.restorable(cast(Client, Snapshots(*snapshots)), target, wanted)


def test_a_droplet_is_restored_from_its_own_snapshot_of_that_name() -> None:
    mine, others = Snapshot(5, "before", NOW, 1), Snapshot(6, "before", NOW, 2)
    assert restorable("before", others, mine) is mine


def test_a_droplet_is_restored_from_its_own_backup() -> None:
    mine, others = Snapshot(7, "backup", NOW, 1), Snapshot(8, "backup", NOW, 2)
    assert restorable("backup", others, mine) is mine


def test_another_droplets_snapshot_is_offered_for_creating() -> None:
    with pytest.raises(Failure, match="dew droplet create NAME --image 6"):
        restorable("before", Snapshot(6, "before", NOW, 2))


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (Unreachable("Nobody answers at X."), Exit.UNREACHABLE, "Start dewd with: dew up"),
        (WaitedTooLong("Action 7 did not end."), Exit.STILL_GOING, "did not end"),
        (ApiError(404, "not_found", "It is not here."), Exit.NOT_FOUND, "It is not here."),
        (ApiError(401, "unauthorized", "Unable to authenticate you."), Exit.REFUSED, "DEW_TOKEN"),
        (ApiError(422, "x", "Droplet already has a pending event."), Exit.REFUSED, "dew action wait"),
        (ApiError(422, "x", "Droplet already has a pending event."), Exit.REFUSED, "stuck.*dew action retry"),
        (ApiError(422, "x", "Name can't be blank"), Exit.FAILED, "Name can't be blank"),
        (ApiError(500, "server_error", "Oh.", "r-1"), Exit.FAILED, r"request r-1.*dew logs"),
    ],
)
def test_every_error_has_its_exit_code_and_says_what_to_do(error: Exception, code: Exit, says: str) -> None:
    failure = translated(error)
    assert failure.code == code
    with pytest.raises(Failure, match=says):
        raise failure


def test_a_fault_of_ours_is_not_dressed_up() -> None:
    with pytest.raises(ZeroDivisionError):
        translated(ZeroDivisionError())


class Watched:
    """A client whose one Action is seen in these conditions; then ``error`` is raised."""

    def __init__(self, *actions: Action, error: BaseException | None = None) -> None:
        self._actions, self._error = actions, error

    def watch(self, action_id: int, timeout_seconds: float) -> Iterator[Action]:
        yield from self._actions
        if self._error is not None:
            raise self._error


def action(status: str, progress: int, **more: str) -> Action:
    return msgspec.structs.replace(
        Action(7, status, "snapshot", NOW), progress=progress, **cast(dict[str, object], more)
    )


def follow_it(watched: Watched) -> Action:
    return follow(cast(Client, watched), 7, "Taking")


def test_following_prints_few_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    steps = [action("in-progress", each, message="Copying") for each in range(0, 95)]
    ended = follow_it(Watched(*steps, action("completed", 100)))
    assert ended.status == "completed"
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[:2] == ["Taking:   0 %  Copying", "Taking:  10 %  Copying"]
    assert len(err.splitlines()) == 11


def test_a_failed_action_says_why_and_where_to_look() -> None:
    with pytest.raises(
        Failure, match=r"Taking failed\. The disk is full\.\nSee more with: dew action show 7"
    ) as caught:
        follow_it(Watched(action("errored", 40, error="The disk is full", state="errored")))
    assert caught.value.code == Exit.FAILED


def test_a_stuck_action_says_how_to_try_again() -> None:
    with pytest.raises(Failure, match="dew action retry 7"):
        follow_it(Watched(action("errored", 40, error="Broken", state="stuck")))


def test_ctrl_c_while_waiting_says_that_the_action_goes_on() -> None:
    with pytest.raises(Failure, match=r"goes on by itself\. Follow it with: dew action wait 7$") as caught:
        follow_it(Watched(action("in-progress", 1), error=KeyboardInterrupt()))
    assert caught.value.code == Exit.INTERRUPTED


def test_ctrl_c_while_importing_says_how_to_call_it_off() -> None:
    watched = cast(Client, Watched(action("in-progress", 1), error=KeyboardInterrupt()))
    with pytest.raises(Failure, match=r"\nCall it off with: dew image delete 9$"):
        follow_module.settle(watched, action("in-progress", 0), "Importing", False, "dew image delete 9")


def test_the_time_limit_says_that_the_action_goes_on() -> None:
    with pytest.raises(Failure, match="dew action wait 7") as caught:
        follow_it(Watched(action("in-progress", 1), error=WaitedTooLong("It took too long.")))
    assert caught.value.code == Exit.STILL_GOING


def test_who_does_not_want_to_wait_gets_the_action_as_it_was_begun() -> None:
    begun = action("in-progress", 0)
    settled = follow_module.settle(cast(Client, Watched()), begun, "Taking", no_wait=True)
    assert settled is begun
    assert "dew action wait 7" in follow_module.outcome(settled, "Done.")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (2, "just now"),
        (42, "42 seconds ago"),
        (60, "1 minute ago"),
        (3 * 60 + 5, "3 minutes ago"),
        (26 * 3600, "1 day ago"),
        (70 * 86400, "2 months ago"),
        (800 * 86400, "2 years ago"),
        (-5, "just now"),  # a clock that is a little ahead
    ],
)
def test_ages_are_told_in_one_unit(seconds: float, words: str) -> None:
    assert show.ago(datetime.now(UTC) - timedelta(seconds=seconds)) == words


def test_sizes_are_told_in_gib() -> None:
    assert (show.gib(25), show.gib(0.12), show.gib(None)) == ("25 GiB", "0.12 GiB", "")
    assert (show.mib(512), show.mib(2048), show.bytes_as_gib(3 * 2**29)) == ("512 MiB", "2 GiB", "1.50 GiB")


def test_a_table_is_aligned_and_takes_no_name_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(("ID", "Name"), [("1", "[red]web"), ("22", "db")], "None.")
    assert capsys.readouterr().out.splitlines() == ["ID   Name", "1    [red]web", "22   db"]


def test_a_long_name_is_cut_so_that_each_row_stays_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    row = ("12", "power_cycle", "w" * 200, "in-progress", "55 %", "3 minutes ago")
    show.table(("ID", "What", "Of", "Status", "Done", "Begun"), [row], "None.", cut="Of")
    _, line = (each.rstrip() for each in capsys.readouterr().out.splitlines())
    assert len(line) <= 80  # what a terminal without abilities is taken for
    assert "ww…" in line
    assert line.endswith("3 minutes ago")


def test_an_empty_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(("ID",), [], "There are none.")
    assert capsys.readouterr().out == "There are none.\n"


def test_without_a_terminal_nothing_is_deleted_unasked() -> None:
    with pytest.raises(Failure, match="--yes") as caught:
        show.confirm("Delete web?", yes=False)
    assert caught.value.code == Exit.USAGE


def test_yes_is_not_asked_again() -> None:
    show.confirm("Delete web?", yes=True)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"DEW_DATA": "/somewhere"}, "/somewhere"),
        ({"XDG_DATA_HOME": "/xdg"}, "/xdg/dew"),
        ({"HOME": "/home/me"}, "/home/me/.local/share/dew"),
    ],
)
def test_the_data_directory_is_where_dewd_has_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    from dew import config

    for name in ("DEW_DATA", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert home.data_directory() == Path(expected)
    if "DEW_DATA" not in variables:
        assert config.default_data() == Path(expected)


def test_the_address_is_told_or_written_down_or_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DEW_URL", "DEW_LISTEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DEW_DATA", str(tmp_path))
    assert home.address() == "http://127.0.0.1:8080"
    monkeypatch.setenv("DEW_LISTEN", "127.0.0.1:99")
    assert home.address() == "http://127.0.0.1:99"
    (tmp_path / "address").write_text("https://127.0.0.1:4443\n")
    assert home.address() == "https://127.0.0.1:4443"
    monkeypatch.setenv("DEW_URL", "http://far.example")
    assert home.address() == "http://far.example"


def test_host_keys_are_known_by_droplet_and_not_by_address() -> None:
    door = Door(12, "127.66.0.2", port=2222, known_hosts=Path("/data/known_hosts"))
    words = door.words(["uptime"])
    assert words[0] == "ssh"
    assert words[-2:] == ["root@127.66.0.2", "uptime"]
    assert "HostKeyAlias=dew-12" in words
    assert "UserKnownHostsFile=/data/known_hosts" in words
    assert words[words.index("-p") + 1] == "2222"


class Keys:
    """A client that knows one key."""

    def ssh_keys(self) -> list[Key]:
        return [Key(3, "mine", "aa:bb", "ssh-ed25519 AAAA me@here")]


def test_a_key_that_is_known_already_is_not_added_twice(tmp_path: Path) -> None:
    file = tmp_path / "id.pub"
    file.write_text("ssh-ed25519 AAAA another comment\n")
    assert add_file(cast(Client, Keys()), file).id == 3


@pytest.mark.parametrize("content", ["-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "word", "", "a b\nc d"])
def test_what_is_no_public_key_is_never_sent(tmp_path: Path, content: str) -> None:
    file = tmp_path / "id"
    file.write_text(content)
    with pytest.raises(Failure) as caught:
        add_file(cast(Client, Keys()), file)
    assert caught.value.code == Exit.USAGE


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == Exit.OK
    assert f"dew {name}" in capsys.readouterr().out


def test_the_exit_codes_are_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == Exit.OK
    said = capsys.readouterr().out
    assert all(f" {code.value} " in said.replace("\n", " ") for code in Exit if code is not Exit.OK)


@pytest.mark.parametrize("words", [["dropplet"], ["droplet", "show"], ["droplet", "list", "--nonsense"]])
def test_bad_usage_has_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == Exit.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_know_the_commands(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == Exit.OK
    said = capsys.readouterr().out
    assert "snapshot" in said
    assert "restore" in said


def test_starting_imports_nothing_of_the_server() -> None:
    program = (
        "import sys\nfrom dew.cli.main import run\nrun(['--version'])\n"
        "heavy = {'httpx2', 'sqlalchemy', 'starlette', 'asyncio', 'dew.client', 'dew.daemon'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_setting_that_makes_no_sense_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DEW_URL", raising=False)
    monkeypatch.setenv("DEW_DATA", str(tmp_path))
    monkeypatch.setenv("DEW_LISTEN", "banana")
    assert run(["status"]) == Exit.USAGE
    assert "DEW_LISTEN must be ADDRESS:PORT" in capsys.readouterr().err


def test_a_key_file_that_cannot_be_read_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        add_file(cast(Client, Keys()), tmp_path / "none.pub")
    assert caught.value.message.count("none.pub") == 1
    assert "No such file" in caught.value.message


@pytest.mark.parametrize(
    ("active", "guests", "says"),
    [
        (["web"], True, "web was told to shut down; dew up starts it again."),
        (["web", "db"], True, "web and db were told to shut down; dew up starts them again."),
        (["web"], False, "1 Droplet keeps running: web. dew up finds it again."),
        ([], True, "No Droplet was running."),
        (None, True, "The guests were told to shut down."),
    ],
)
def test_down_claims_no_more_than_it_knows(active: list[str] | None, guests: bool, says: str) -> None:
    assert down._about_guests(active, guests) == says


def test_being_too_fast_does_not_keep_dewd_from_being_stopped() -> None:
    class Hurried:
        patience_seconds = 70.0

        def droplets(self) -> None:
            raise ApiError(429, "too_many_requests", "Slow down.", "", 60.0)

    hurried = Hurried()
    assert down._active(cast(Client, hurried)) is None
    assert hurried.patience_seconds == 0


class WithoutDoor:
    """What a dewd that simulates says of its Droplets: active, and no port leads inside."""

    def droplet_detail(self, droplet_id: int) -> DropletDetail:
        return DropletDetail(status="active", address="127.66.0.2", forwards=[], ssh_port=None)


def test_ssh_never_leads_to_this_machine_instead_of_the_droplet() -> None:
    """Port 22 of 127.66.0.2 is this machine's own sshd wherever no guest has it."""
    web = SimpleNamespace(id=1, name="web", status="active", address="127.66.0.2")
    with pytest.raises(Failure, match="No port leads to SSH"):
        ssh.door(cast(Client, WithoutDoor()), cast(Droplet, web))


class Deleting:
    """A dewd with one Droplet, which can be deleted once."""

    def __init__(self) -> None:
        self.deleted: list[int] = []

    def droplets(self) -> list[Any]:
        return [SimpleNamespace(id=1, name="web")]

    def delete_droplet(self, droplet_id: int) -> None:
        self.deleted.append(droplet_id)


def test_what_is_named_twice_is_deleted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the second one is not found, and the command fails after it has done everything."""
    client = Deleting()
    monkeypatch.setattr(droplet_commands, "open_client", lambda: client)
    droplet_commands.delete(("web", "id:1"), yes=True)
    assert client.deleted == [1]


def test_the_token_of_this_machine_is_not_sent_to_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DEW_TOKEN", raising=False)
    monkeypatch.setenv("DEW_DATA", str(tmp_path))
    (tmp_path / "address").write_text("http://127.0.0.1:99")
    (tmp_path / "token").write_text("secret")
    monkeypatch.setenv("DEW_URL", "http://127.0.0.1:98")
    with pytest.raises(Failure, match="DEW_TOKEN"):
        home.open_client()
    monkeypatch.setenv("DEW_URL", "http://127.0.0.1:99/")
    assert home.open_client()
