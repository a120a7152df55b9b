"""The dew command against a real dewd that simulates its machine: what people and programs get to see."""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.certificate import own_certificate

from dew.cli.failure import Exit
from dew.cli.process import Process

START_LIMIT_SECONDS = 0.3  # of processor time, for a command with its bytecode there


@dataclass(frozen=True)
class Dew:
    """A dew command with a data directory of its own."""

    environment: dict[str, str]

    def run(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        program = [sys.executable, "-m", "dew.cli.main", *words]
        environment = {**self.environment, **more}
        return subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60)

    def says(self, *words: str) -> str:
        """What a command that has to succeed prints."""
        done = self.run(*words)
        assert done.returncode == Exit.OK, done.stderr
        return done.stdout

    def json(self, *words: str) -> Any:
        """The one document of a command that has to succeed."""
        return json.loads(self.says(*words, "--json"))

    def fails(self, *words: str) -> tuple[int, str]:
        """The exit code and the complaint of a command that has to fail."""
        done = self.run(*words)
        assert done.returncode != Exit.OK
        assert "Traceback" not in done.stderr
        return done.returncode, done.stderr


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def dew_in(directory: Path) -> Dew:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DEW_")}
    own = {"DEW_DATA": str(directory), "DEW_LISTEN": f"127.0.0.1:{free_port()}", "HOME": str(directory)}
    return Dew({**kept, **own})


@pytest.fixture(scope="module")
def dew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dew]:
    found = dew_in(tmp_path_factory.mktemp("dew"))
    found.says("up", "--simulate")
    yield found
    found.says("down", "--guests")


@pytest.fixture(scope="module")
def web(dew: Dew) -> str:
    """A Droplet that is there for every test."""
    dew.says("droplet", "create", "web", "--size", "s-1vcpu-512mb-10gb")
    return "web"


def test_the_store_is_checked_and_found_whole(dew: Dew, web: str) -> None:
    assert "Layers are as they should be." in dew.says("check", "store")
    assert dew.json("check", "store")["store"]["last_check"]["damaged"] == []
    assert "check store   the store" in dew.says("action", "list")


def test_up_is_content_with_a_dewd_that_runs(dew: Dew) -> None:
    said = dew.says("up")
    assert "is running already" in said
    assert "It simulates the machine" in said
    assert dew.json("up")["started"] is False


def test_a_droplet_without_keys_gets_a_password_that_is_shown_once(dew: Dew) -> None:
    made = dew.json("droplet", "create", "locked-out")
    assert made["password"]
    assert made["action"]["status"] == "completed"
    code, said = dew.fails("droplet", "password", "locked-out")
    assert code == Exit.NOT_FOUND
    assert "shown before" in said


def test_create_says_how_to_get_in(dew: Dew) -> None:
    said = dew.says("droplet", "create", "open-door")
    assert "open-door (id " in said
    assert "dew droplet ssh open-door" in said
    assert "root@127." in said


def test_keys_of_the_account_go_into_new_droplets(dew: Dew, tmp_path: Path) -> None:
    file = tmp_path / "id.pub"
    file.write_text(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFEjH1c5vWvDQTz0mGgCDnmlQH3ZLoqmyxWSLjUnCXwE me@here\n"
    )
    made = dew.json("droplet", "create", "keyed", "--key", str(file))
    assert made["password"] is None
    assert [each["name"] for each in dew.json("key", "list")] == ["me@here"]
    dew.says("key", "delete", "me@here", "--yes")


def test_the_story_of_a_snapshot(dew: Dew, web: str) -> None:
    assert "web is off." in dew.says("power", "off", web)
    taken = dew.json("snapshot", "take", web)["snapshot"]
    assert taken["consistency"] == "off"
    assert "web is active." in dew.says("power", "on", web)
    assert dew.json("restore", web, taken["name"], "--yes")["action"]["status"] == "completed"
    copy = dew.json("droplet", "create", "copy", "--image", taken["name"])
    assert copy["droplet"]["image"]["id"] == taken["id"]
    dew.says("snapshot", "delete", taken["name"], "--yes")
    assert dew.fails("snapshot", "show", taken["name"])[0] == Exit.NOT_FOUND
    assert dew.json("droplet", "show", "copy")["droplet"]["status"] == "active"


def test_a_droplet_is_resized_rebuilt_and_given_back_its_disk(dew: Dew) -> None:
    dew.says("droplet", "create", "changing", "--size", "s-1vcpu-512mb-10gb")
    code, said = dew.fails("resize", "changing", "s-1vcpu-1gb", "--disk")
    assert (code, "Please power it off" in said) == (Exit.FAILED, True)
    dew.says("power", "off", "changing")
    assert "changing is s-1vcpu-1gb now." in dew.says("resize", "changing", "s-1vcpu-1gb", "--disk")
    assert dew.json("droplet", "show", "changing")["droplet"]["disk"] == 25
    assert dew.fails("restore", "changing", "--undo", "--yes")[0] == Exit.FAILED
    said = dew.says("rebuild", "changing", "--image", "dew-micro", "--yes")
    assert "dew restore --undo changing" in said
    assert "dew restore --undo changing" in dew.says("droplet", "show", "changing")
    rebuilt = dew.json("droplet", "show", "changing")["dew"]
    (kept,) = rebuilt["kept_disks"]
    dew.says("restore", "--undo", "changing", "--yes", "--disk", str(kept["id"]))
    assert (rebuilt["incarnation"] > 0, dew.json("droplet", "show", "changing")["dew"]["incarnation"]) == (
        True,
        0,
    )
    for wrong in ((), ("2024-05-01", "--undo"), ("2024-05-01", "--disk", "1")):
        assert dew.fails("restore", "changing", *wrong, "--yes")[0] == Exit.USAGE
    dew.says("droplet", "delete", "changing", "--yes")


def test_a_new_password_is_shown_once(dew: Dew) -> None:
    first = dew.json("droplet", "create", "forgetful")["password"]
    second = dew.json("droplet", "password", "forgetful", "--reset")["password"]
    assert second not in (first, None)
    assert dew.fails("droplet", "password", "forgetful")[0] == Exit.NOT_FOUND
    dew.says("power", "off", "forgetful")
    code, said = dew.fails("droplet", "password", "forgetful", "--reset")
    assert (code, "power it on" in said) == (Exit.FAILED, True)
    dew.says("droplet", "delete", "forgetful", "--yes")


def test_a_snapshot_can_shut_the_droplet_down_first(dew: Dew, web: str) -> None:
    dew.says("power", "on", web)
    taken = dew.json("snapshot", "take", web, "clean", "--off")["snapshot"]
    assert taken["consistency"] == "off"
    assert dew.json("droplet", "show", web)["droplet"]["status"] == "active"
    dew.says("snapshot", "delete", "clean", "--yes")


def test_snapshots_are_called_by_the_date_and_never_alike(dew: Dew, web: str) -> None:
    first, second = (dew.json("snapshot", "take", web)["snapshot"]["name"] for _ in range(2))
    assert first != second
    assert len(first.split("-")) == 3
    assert second.startswith(first)


def test_progress_goes_to_standard_error_and_the_document_to_standard_output(dew: Dew, web: str) -> None:
    done = dew.run("snapshot", "take", web, "noted", "--json")
    assert json.loads(done.stdout)["snapshot"]["name"] == "noted"
    assert "Taking Snapshot noted of web: 100 %" in done.stderr


def test_a_failure_is_one_json_document_too(dew: Dew) -> None:
    done = dew.run("droplet", "show", "nobody", "--json")
    assert done.returncode == Exit.NOT_FOUND
    assert json.loads(done.stdout)["error"]["exit_code"] == Exit.NOT_FOUND


def test_who_does_not_wait_gets_an_action_to_follow(dew: Dew) -> None:
    begun = dew.json("droplet", "create", "patient", "--no-wait")
    ended = dew.json("action", "wait", str(begun["action"]["id"]))
    assert ended["action"]["status"] == "completed"
    assert ended["action"]["resource_id"] == begun["droplet"]["id"]


def test_a_doubtful_name_is_refused_with_its_candidates(dew: Dew) -> None:
    ids = [str(dew.json("droplet", "create", "twin")["droplet"]["id"]) for _ in range(2)]
    code, said = dew.fails("droplet", "show", "twin")
    assert code == Exit.USAGE
    assert all(each in said for each in ids)
    assert dew.json("droplet", "show", ids[0])["droplet"]["id"] == int(ids[0])
    dew.says("droplet", "delete", *ids, "--yes")


def test_a_number_never_deletes_one_droplet_while_it_names_another(dew: Dew) -> None:
    victim = str(dew.json("droplet", "create", "victim")["droplet"]["id"])
    named = str(dew.json("droplet", "create", victim)["droplet"]["id"])
    code, said = dew.fails("droplet", "delete", victim, "--yes")
    assert code == Exit.USAGE
    assert f"id:{victim}" in said
    dew.says("droplet", "delete", f"name:{victim}", "--yes")
    assert dew.json("droplet", "show", victim)["droplet"]["name"] == "victim"
    assert dew.fails("droplet", "show", named)[0] == Exit.NOT_FOUND
    dew.says("droplet", "delete", victim, "--yes")


def test_the_way_in_that_create_tells_leads_to_the_droplet_it_made(dew: Dew) -> None:
    first = dew.json("droplet", "create", "echo")["droplet"]["id"]
    said = dew.says("droplet", "create", "echo")
    second = next(
        each["id"] for each in dew.json("droplet", "list") if each["name"] == "echo" and each["id"] != first
    )
    assert f"dew droplet ssh id:{second}" in said
    dew.says("droplet", "delete", str(first), str(second), "--yes")


def test_a_snapshot_named_as_the_default_image_changes_nothing_for_create(dew: Dew, web: str) -> None:
    dew.says("snapshot", "take", web, "debian-12")
    assert dew.json("droplet", "create", "plain")["droplet"]["image"]["slug"] == "debian-12"
    assert dew.fails("droplet", "create", "which", "--image", "debian-12")[0] == Exit.USAGE
    dew.says("snapshot", "delete", "debian-12", "--yes")
    dew.says("droplet", "delete", "plain", "--yes")


def test_a_port_is_exposed_listed_and_hidden(dew: Dew, web: str) -> None:
    said = dew.run("droplet", "expose", web, "0.0.0.0:18080:80")
    assert said.stdout == "0.0.0.0:18080 leads to port 80 of web.\n"
    assert "Whoever can reach this machine" in said.stderr
    assert "Whoever" not in dew.run("droplet", "expose", web, "18081:81").stderr
    assert [each["port"] for each in dew.json("droplet", "ports", web)] == [18080, 18081]
    code, said_wrong = dew.fails("droplet", "expose", web, "80")
    assert (code, "8080:80" in said_wrong) == (Exit.USAGE, True)
    assert dew.fails("droplet", "hide", web, "18080")[0] == Exit.NOT_FOUND
    assert dew.says("droplet", "hide", web, "0.0.0.0:18080") == "0.0.0.0:18080 leads nowhere now.\n"
    dew.says("droplet", "hide", web, "18081")
    assert "No port" in dew.says("droplet", "ports", web)


def test_deleting_asks_and_nobody_is_there_to_answer(dew: Dew, web: str) -> None:
    code, said = dew.fails("droplet", "delete", web)
    assert code == Exit.USAGE
    assert "--yes" in said
    assert dew.json("droplet", "show", web)["droplet"]["name"] == web


def test_a_refusal_of_the_server_is_told_in_its_words(dew: Dew, web: str) -> None:
    code, said = dew.fails("droplet", "rename", web, "no/slash")
    assert code == Exit.FAILED
    assert said.strip()


def test_a_wrong_token_is_refused_with_advice(dew: Dew) -> None:
    done = dew.run("droplet", "list", DEW_TOKEN="dop_v1_wrong")
    assert done.returncode == Exit.REFUSED
    assert "DEW_TOKEN" in done.stderr


def test_a_console_is_sat_at_in_a_terminal_and_left_with_a_key(dew: Dew, web: str) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "dew.cli.main", "droplet", "console", web]
    sitting = subprocess.Popen(command, env=dew.environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    with os.fdopen(ours, "r+b", buffering=0) as terminal:
        for typed, answered in (
            (b"", b"web login: "),
            (b"root\r", b"root@web:~# "),
            (b"ls\r", b"ls: not found"),
        ):
            terminal.write(typed)
            said = b""
            while answered not in said:
                said += terminal.read(4096)
        terminal.write(b"\x1d")
        assert sitting.wait(20) == Exit.OK
    code, why = dew.fails("droplet", "console", web)
    assert (code, "terminal" in why) == (Exit.USAGE, True)


def test_the_panel_opens_by_a_link_that_works_once(dew: Dew) -> None:
    said = dew.says("panel", "--no-open").strip()
    address, _, secret = said.partition("/#link=")
    assert address == dew.json("status")["url"]
    sign_in = Request(
        f"{address}/dew/v1/session",
        json.dumps({"link": secret}).encode(),
        {"origin": address, "content-type": "application/json"},
    )
    with urlopen(sign_in) as answer:
        assert answer.status == 201
    with pytest.raises(HTTPError, match="401"):
        urlopen(sign_in)


def test_a_token_that_may_only_look_is_refused_to_change(dew: Dew, web: str) -> None:
    secret = dew.json("token", "create", "looker", "--read-only")["token"]
    assert dew.run("droplet", "list", DEW_TOKEN=secret).returncode == Exit.OK
    assert dew.run("power", "cycle", web, DEW_TOKEN=secret).returncode == Exit.REFUSED
    dew.says("token", "revoke", "looker", "--yes")
    assert dew.run("droplet", "list", DEW_TOKEN=secret).returncode == Exit.REFUSED


def test_an_image_that_could_be_built_is_told_apart_from_one_that_is_unknown(dew: Dew) -> None:
    assert dew.fails("droplet", "create", "x", "--image", "gentoo")[0] == Exit.NOT_FOUND
    assert "debian-12" in dew.says("image", "build")
    assert "can build" in dew.fails("image", "build", "gentoo")[1]


def test_the_demo_refuses_a_simulation(dew: Dew) -> None:
    code, said = dew.fails("demo", "--micro")
    assert code == Exit.USAGE
    assert "simulates" in said


def test_status_and_logs_and_catalogues_are_shown(dew: Dew, web: str) -> None:
    assert web in dew.says("status")
    assert dew.json("status")["simulated"] is True
    status = dew.json("status")
    assert status["memory"]["promised_bytes"] >= 2**29
    assert status["halted"] == []
    said = dew.says("status")
    assert status["memory"]["summary"] in said
    assert status["disk"]["summary"] in said
    assert dew.json("logs")
    assert any(each["slug"] == "s-1vcpu-1gb" for each in dew.json("size", "list"))
    assert any(each["slug"] == "nyc3" for each in dew.json("region", "list"))
    assert dew.json("action", "list", "--droplet", web, "--limit", "1")[0]["resource_type"] == "droplet"


def test_names_of_droplets_are_completed(dew: Dew, web: str) -> None:
    assert web in dew.says("__complete", "droplet", "show", "w")


def test_a_list_takes_little_processor_time_to_come(dew: Dew, tmp_path: Path) -> None:
    """Processor time, because the time that passes depends on what else this machine does."""
    cached = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    dew.run("droplet", "list", **cached)
    before = os.times()
    dew.run("droplet", "list", **cached)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    assert used < START_LIMIT_SECONDS


def test_without_dewd_everything_says_how_to_start_it(tmp_path: Path) -> None:
    alone = dew_in(tmp_path)
    code, said = alone.fails("droplet", "list")
    assert code == Exit.UNREACHABLE
    assert "dew up" in said
    assert "is not running" in alone.says("down")


def test_a_dewd_that_cannot_start_shows_its_last_words(tmp_path: Path) -> None:
    broken = dew_in(tmp_path)
    done = broken.run("up", "--simulate", DEW_NETWORK="nonsense")
    assert done.returncode == Exit.FAILED
    assert "DEW_NETWORK" in done.stderr


def test_up_and_down_leave_nothing_behind(tmp_path: Path) -> None:
    short_lived = dew_in(tmp_path)
    assert short_lived.json("up", "--simulate")["started"] is True
    pid = json.loads((tmp_path / "dewd.pid").read_text())["pid"]
    assert short_lived.json("down")["stopped"] is True
    assert not Process(pid, None).alive


@dataclass
class Stranger:
    """A program that listens where dewd did, says that it is well, and keeps what it is sent."""

    listener: socket.socket
    heard: bytes = b""

    def listen(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self.listener.accept()
                with caller:
                    self.heard += caller.recv(65536)
                    caller.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"status":"ok"}')


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Stranger(listener)
        thread = threading.Thread(target=found.listen)
        thread.start()
        yield found
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_who_listens_where_a_killed_dewd_did_is_not_sent_the_token(
    tmp_path: Path, stranger: Stranger
) -> None:
    left = dew_in(tmp_path)
    host, port = stranger.listener.getsockname()
    (tmp_path / "address").write_text(f"http://{host}:{port}\n")
    (tmp_path / "token").write_text("dop_v1_secret\n")
    (tmp_path / "dewd.pid").write_text(json.dumps({"pid": os.getpid(), "start_time": 1}))
    for words in (["status"], ["droplet", "list"]):
        code, said = left.fails(*words)
        assert code == Exit.UNREACHABLE
        assert "dew up" in said
    assert "is not running" in left.says("down")
    assert stranger.heard == b""
    assert left.json("up", "--simulate")["started"] is True
    assert left.json("down")["stopped"] is True
    assert b"dop_v1" not in stranger.heard


def test_a_token_is_sent_to_who_was_named_in_so_many_words(tmp_path: Path, stranger: Stranger) -> None:
    host, port = stranger.listener.getsockname()
    dew_in(tmp_path).run("status", DEW_URL=f"http://{host}:{port}", DEW_TOKEN="mine")
    assert b"Bearer mine" in stranger.heard


def test_doctor_works_without_dewd(tmp_path: Path) -> None:
    done = dew_in(tmp_path).run("doctor", "--json")
    findings = json.loads(done.stdout)
    assert {"name", "ok", "found", "advice"} <= set(findings[0])
    failed = any(each["ok"] == "fail" for each in findings)
    assert done.returncode == (Exit.FAILED if failed else Exit.OK)


def test_a_dewd_with_a_certificate_is_found_and_trusted_by_the_command(tmp_path: Path) -> None:
    certificate, key = own_certificate(tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    found = dew_in(data)
    found.environment.update(DEW_TLS_CERTIFICATE=str(certificate), DEW_TLS_KEY=str(key))
    port = found.environment["DEW_LISTEN"].rpartition(":")[2]
    try:
        assert f"https://127.0.0.1:{port}" in found.says("up", "--simulate")
        assert found.json("droplet", "create", "web", "--size", "s-1vcpu-512mb-10gb")["droplet"]["id"]
        with pytest.raises(OSError, match="self-signed"):  # others have to be told whom to trust
            urlopen(f"https://127.0.0.1:{port}/healthz", timeout=10)
        trusting = ssl.create_default_context(cafile=certificate)
        with urlopen(f"https://127.0.0.1:{port}/healthz", timeout=10, context=trusting) as answer:
            assert answer.status == 200
    finally:
        found.says("down", "--guests")


def test_guests_that_outlive_a_killed_dewd_are_told_of(tmp_path: Path) -> None:
    left = dew_in(tmp_path)
    directory = tmp_path / "run" / "7"
    directory.mkdir(parents=True)
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        started = int(Path(f"/proc/{sleeper.pid}/stat").read_text().rpartition(")")[2].split()[19])
        record = {
            "process": {"pid": sleeper.pid, "start_ticks": started, "boot_id": ""},
            "address": "127.66.0.7",
        }
        (directory / "guest.json").write_text(json.dumps(record))
        assert "1 of its guests runs on; dew down --guests" in left.says("down")
    finally:
        sleeper.kill()
        sleeper.wait()
    assert left.says("down") == "dewd is not running.\n"


def disk_image(directory: Path) -> Path:
    """A disk with a boot sector: what can be imported."""
    path = directory / "disk.raw"
    content = bytearray(40 << 20)  # three pieces
    content[510:512] = b"\x55\xaa"
    path.write_bytes(content)
    return path


def test_an_image_is_imported_from_a_file(dew: Dew, tmp_path: Path) -> None:
    path = disk_image(tmp_path)
    said = dew.says("image", "import", str(path), "--name", "brought", "--tag", "own")
    assert "brought is imported" in said
    (image,) = [each for each in dew.json("image", "list") if each["name"] == "brought"]
    assert (image["type"], image["status"]) == ("custom", "available")
    dew.says("droplet", "create", "from-brought", "--image", "brought", "--size", "s-1vcpu-512mb-10gb")
    dew.says("image", "delete", "brought", "--yes")


def test_an_upload_is_listed_and_deleted_and_its_import_is_called_what_it_is(
    dew: Dew, tmp_path: Path
) -> None:
    path = tmp_path / "no-disk.raw"
    path.write_bytes(b"no disk" * 1000)
    dew.fails("image", "import", str(path), "--name", "broken")
    assert "import image" in dew.says("action", "list", "--limit", "1")
    assert dew.json("action", "list", "--limit", "1")[0]["kind"] == "import_image"
    (upload,) = [each for each in dew.json("image", "upload", "list") if each["file_name"] == path.name]
    assert "no-disk.raw   1 MiB   100 %" in dew.says("image", "upload", "list")
    dew.says("image", "upload", "delete", path.name, "--yes")
    assert upload["id"] not in [each["id"] for each in dew.json("image", "upload", "list")]
    assert dew.fails("image", "upload", "delete", path.name, "--yes")[0] == Exit.NOT_FOUND


def test_an_export_finds_out_where_it_cannot_write_before_it_is_made(
    dew: Dew, web: str, tmp_path: Path
) -> None:
    dew.says("snapshot", "take", web, "nowhere to go")
    (tmp_path / "file").write_bytes(b"")
    before = dew.json("action", "list")
    code, said = dew.fails("snapshot", "export", "nowhere to go", str(tmp_path / "file"))
    assert (code, "Name another directory" in said) == (Exit.USAGE, True)
    assert dew.json("action", "list") == before
    dew.says("snapshot", "delete", "nowhere to go", "--yes")


def test_questions_that_nobody_answers_are_whole_sentences(dew: Dew, web: str) -> None:
    said = dew.fails("rebuild", web, "--image", "dew-micro")[1]
    assert "It can be undone for a while. Nobody is here to ask" in said


def cut(near: socket.socket, far: socket.socket, after_bytes: int) -> None:
    """Hand on what comes from ``near``, and both lines are dead when it was that much."""
    with suppress(OSError):
        while after_bytes > 0 and (piece := near.recv(1 << 16)):
            far.sendall(piece)
            after_bytes -= len(piece)
    for line in (near, far):
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


@contextmanager
def bad_line(dew: Dew, cuts: list[int]) -> Iterator[str]:
    """Give a URL that leads to dewd; what goes over one connection is cut off after as many bytes as the next
    of ``cuts`` says, until none is left.
    """

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(
                    ("127.0.0.1", int(dew.environment["DEW_LISTEN"].split(":")[1]))
                )
                near.settimeout(30)
                far.settimeout(30)
                threading.Thread(target=carry, args=(near, far), daemon=True).start()

    def carry(near: socket.socket, far: socket.socket) -> None:
        with near, far:
            back = threading.Thread(target=cut, args=(far, near, 1 << 40), daemon=True)
            back.start()
            first = near.recv(1 << 16)
            limit = cuts.pop(0) if first.startswith(b"PATCH") and cuts else 1 << 40
            far.sendall(first)
            cut(near, far, limit)
            back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=serve, args=(listener,), daemon=True)
        accepting.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()


def test_an_upload_goes_on_over_a_line_that_breaks_again_and_again(dew: Dew, tmp_path: Path) -> None:
    path, cuts = disk_image(tmp_path), [0, 5 << 20, 1 << 20, 12 << 20]
    token = (Path(dew.environment["DEW_DATA"]) / "token").read_text().strip()
    with bad_line(dew, cuts) as url:
        done = dew.run("image", "import", str(path), "--name", "over", DEW_URL=url, DEW_TOKEN=token)
    assert done.returncode == Exit.OK, done.stderr
    assert cuts == []
    dew.says("image", "delete", "over", "--yes")


def test_a_refused_image_says_why_and_is_sent_only_once(dew: Dew, tmp_path: Path) -> None:
    path = tmp_path / "disk.vmdk"
    path.write_bytes(disk_image(tmp_path).read_bytes())
    for again in (False, True):
        done = dew.run("image", "import", str(path), "--name", "liar")
        assert done.returncode == Exit.FAILED
        assert "was said to be vmdk, but it is raw" in done.stderr
        assert ("Sending disk.vmdk:   0 %" in done.stderr) is not again


def test_a_file_that_is_not_there_is_named(dew: Dew, tmp_path: Path) -> None:
    code, complaint = dew.fails("image", "import", str(tmp_path / "nothing"), "--name", "x")
    assert code == Exit.USAGE
    assert "nothing can't be read" in complaint


def test_a_url_that_leads_to_this_machine_is_refused(dew: Dew) -> None:
    code, complaint = dew.fails("image", "import", "http://127.0.0.1:9/disk.raw", "--name", "x")
    assert code == Exit.FAILED
    assert "no public address" in complaint


def test_what_could_be_had_is_listed_with_the_way_to_it(dew: Dew) -> None:
    offers = {each["name"]: each for each in dew.json("image", "list", "--available")}
    assert offers["ubuntu-24-04-x64"]["how"] == "fetch"
    assert offers["debian-12"]["how"] == "build"
    assert offers["debian-12"]["image_id"]
    assert "dew image fetch fedora-44-x64" in dew.says("image", "list", "--available")


def test_a_simulation_has_every_image_of_the_catalogue_from_the_start(dew: Dew) -> None:
    here = {each["slug"] for each in dew.json("image", "list") if each["slug"]}
    assert here == {
        "debian-12",
        "dew-micro",
        *(each["name"] for each in dew.json("image", "list", "--available")),
    }
    made = dew.json("droplet", "create", "fedora", "--image", "fedora-44-x64", "--size", "s-1vcpu-512mb-10gb")
    assert made["droplet"]["image"]["distribution"] == "Fedora"


def test_an_image_that_could_be_fetched_says_how(dew: Dew) -> None:
    size = ("--size", "s-1vcpu-512mb-10gb")
    dew.says("image", "delete", "ubuntu-22-04-x64", "--yes")
    code, said = dew.fails("droplet", "create", "u", "--image", "ubuntu-22-04-x64", *size)
    assert code == Exit.NOT_FOUND
    assert "dew image fetch ubuntu-22-04-x64" in said
    assert "ubuntu-22-04-x64 is here" in dew.says("image", "fetch", "ubuntu-22-04-x64")
    made = dew.json("droplet", "create", "u", "--image", "ubuntu-22-04-x64", *size)
    assert made["droplet"]["image"]["distribution"] == "Ubuntu"
    code, said = dew.fails("image", "fetch", "ubuntu-24-04")
    assert code == Exit.NOT_FOUND
    assert "Did you mean ubuntu-24-04-x64?" in said


def test_a_snapshot_goes_out_to_files_and_comes_back(dew: Dew, web: str, tmp_path: Path) -> None:
    taken = dew.json("snapshot", "take", web, "to go: 1/2")["snapshot"]
    written = dew.json("snapshot", "export", "to go: 1/2", str(tmp_path / "new"))
    assert written["disk"] == str(tmp_path / "new" / "to-go-1-2.qcow2")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "to-go-1-2.json",
        "to-go-1-2.qcow2",
        "to-go-1-2.qcow2.sha256",
    ]
    checked = subprocess.run(["sha256sum", "-c", "to-go-1-2.qcow2.sha256"], cwd=tmp_path / "new", check=False)
    assert checked.returncode == 0
    dew.says("snapshot", "delete", "to go: 1/2", "--yes")
    back = dew.json("snapshot", "import", str(tmp_path / "new"))["snapshot"]
    for told in ("name", "consistency", "created_at", "disk_bytes"):
        assert back[told] == taken[told]
    assert back["id"] != taken["id"]


def test_backups_are_enabled_changed_and_disabled(dew: Dew, web: str) -> None:
    said = dew.says("backup", "enable", web, "--hour", "8")
    assert "web is backed up daily between 08:00 and 12:00 UTC" in said
    assert "weekly on MON between 08:00 and 12:00 UTC" in dew.says(
        "backup", "policy", web, "--weekday", "MON"
    )
    size = ("--size", "s-1vcpu-512mb-10gb")
    dew.says("droplet", "create", "kept", *size, "--backups", "--backup-policy-plan", "weekly")
    plans = [each["policy"]["plan"] for each in dew.json("backup", "policy")]
    assert plans == ["weekly", "weekly"]
    assert "There are no Backups" in dew.says("backup", "list")
    code, said = dew.fails("backup", "disable", web)
    assert (code, "--yes" in said) == (Exit.USAGE, True)
    assert "web is backed up no more" in dew.says("backup", "disable", web, "--yes")
    assert "not enabled" in dew.fails("backup", "policy", web, "--hour", "4")[1]
    assert [each["policy"]["weekday"] for each in dew.json("backup", "policy")] == ["SUN"]


def test_costs_are_told_with_snapshots_at_zero(dew: Dew, web: str) -> None:
    said = dew.says("costs")
    assert "0.00 USD (" in said
    assert "which are free" in said
    assert "Nobody is charged." in said
    told = dew.json("costs")
    assert web in [each["droplet_name"] for each in told["items"]]
    assert dew.json("costs", "--month", "2020-01")["items"] == []
    assert dew.fails("costs", "--month", "May")[0] == Exit.USAGE


def test_only_a_backup_is_converted(dew: Dew, web: str) -> None:
    taken = dew.json("snapshot", "take", web, "no backup")["snapshot"]
    assert "no backup is no Backup" in dew.fails("image", "convert", str(taken["id"]))[1]
