"""Building the stage, and the parts that act on it."""

import contextlib
import itertools
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dew.compute.privileges import DEFAULT_UID_BASE

HERE = Path(__file__).parent

USER_ID = 54321
"""The ordinary user that the tests without root run their daemon as."""

MACHINE_PLACES = {
    "127.0.0.1:7000": "loopback",
    "192.0.2.10:7000": "own address",
    "172.20.0.1:7000": "second address",
    "::1:7000": "loopback 6",
    "fd00:77::10:7000": "own address 6",
}
STUB = "127.0.0.53:53"
STAND_IN = "192.0.0.3:53"
SSHD = "0.0.0.0:22"
METADATA = "169.254.7.7:7000"
WORLD = "198.51.100.5:7000"

CLOSED = (*MACHINE_PLACES, METADATA)

ROUTER_MAC = "02:64:65:77:00:01"

LAYOUT = """\
link set lo up
link add eth0 type veth peer name world0 netns {world}
address add 192.0.2.10/24 dev eth0
address add 172.20.0.1/32 dev lo
address add fd00:77::10/128 dev lo nodad
link set eth0 up
route add default via 192.0.2.1
route add 169.254.0.0/16 dev eth0
"""
WORLD_LAYOUT = """\
link set lo up
address add 192.0.2.1/24 dev world0
address add 169.254.7.7/16 dev world0
address add 198.51.100.5/32 dev lo
link set world0 up
"""

counter = itertools.count()


def missing() -> str:
    """Why the stage can't be built here; empty if it can."""
    if os.geteuid() != 0:
        return "needs root, to make network namespaces of its own"
    absent = [name for name in ("ip", "nft", "passt", "pasta", "setpriv") if shutil.which(name) is None]
    return f"needs {', '.join(absent)}" if absent else ""


class Stage:
    """A machine whose network goes no further than the world beside it."""

    def __init__(self) -> None:
        self._clean_up = contextlib.ExitStack()
        name = f"dewtest-{os.getpid()}-{next(counter)}"
        self.machine, self.world = f"{name}-m", f"{name}-w"
        self.directory = Path(tempfile.mkdtemp(prefix="dewtest-"))
        self._clean_up.callback(shutil.rmtree, self.directory)
        self.directory.chmod(0o755)
        self._name = name

    def __enter__(self):
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(self._clean_up.close)
            self._build()
            on_failure.pop_all()
        return self

    def __exit__(self, *_):
        self._clean_up.close()

    def _build(self):
        for namespace in (self.machine, self.world):
            self.add_namespace(namespace)
        self.ip(self.machine, LAYOUT.format(world=self.world))
        self.ip(self.world, WORLD_LAYOUT)
        os.mknod(self.directory / "tun", 0o666 | stat.S_IFCHR, os.makedev(10, 200))
        (self.directory / "tun").chmod(0o666)
        self.sysctl(self.machine, "net/ipv4/ping_group_range", "0 2147483647")
        self.set_resolver("127.0.0.53")
        self.serve(self.machine, {**MACHINE_PLACES, STUB: "stub"})
        self.serve(self.world, {WORLD: "world", METADATA: "metadata"})

    def add_namespace(self, name):
        subprocess.run(["ip", "netns", "add", name], check=True)
        self._clean_up.callback(subprocess.run, ["ip", "netns", "delete", name], check=True)

    def ip(self, namespace, script):
        subprocess.run(["ip", "-n", namespace, "-batch", "-"], input=script, text=True, check=True)

    def sysctl(self, namespace, name, value):
        command = ["sh", "-c", 'echo "$1" >"/proc/sys/$0"', name, value]
        self.run(namespace, command)

    def set_resolver(self, address):
        (self.directory / "resolv.conf").write_text(f"nameserver {address}\n")

    def run(self, namespace, command, **options):
        return subprocess.run(
            ["ip", "netns", "exec", namespace, *command],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
            **options,
        ).stdout

    def start(self, namespace, command, **options):
        """Start a process that ends with the stage, in a mount namespace with the stage's own files."""
        bind = 'mount --bind "$0/tun" /dev/net/tun; mount --bind "$0/resolv.conf" /etc/resolv.conf'
        files = f'set -e; {bind}; exec "$@"'
        process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, "sh", "-c", files, str(self.directory), *command],
            stdout=subprocess.PIPE,
            text=True,
            **options,
        )
        self._clean_up.callback(end, process)
        return process

    def serve(self, namespace, places):
        command = [
            sys.executable,
            str(HERE / "servers.py"),
            *(f"{place}={name}" for place, name in places.items()),
        ]
        server = self.start(namespace, command)
        assert server.stdout.readline() == "ready\n"
        return server

    def probe(self, namespace, places, ways="tcp,udp,ping"):
        return json.loads(
            self.run(namespace, [sys.executable, "-I", "-S", str(HERE / "probe.py"), ways, *places])
        )

    def guest(self, droplet_id=1, owner=0):
        return Guest(self, f"{self._name}-g{droplet_id}", droplet_id, owner)

    def daemon(self, *, as_root, resolver="system", **environment):
        return Daemon(self, as_root, resolver, environment)

    def reached(self, namespace, *places):
        """What answered from ``namespace``, without how to tell the silent ones."""
        return {how for how, answer in self.probe(namespace, places).items() if answer is not None}

    def set_port_floor(self, port):
        self.sysctl(self.machine, "net/ipv4/ip_unprivileged_port_start", str(port))

    def helpers(self):
        """The pids of all passts and pastas that work for the stage's guests, in whatever namespace."""
        found = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        return [pid for pid in found if comm(pid).startswith(("passt", "pasta")) and self._is_ours(pid)]

    def _is_ours(self, pid):
        """Whether its log, which is its stderr, lies in the stage's directory."""
        try:
            return Path(f"/proc/{pid}/fd/2").readlink().is_relative_to(self.directory)
        except OSError:
            return False

    def on_exit(self, *arguments, **keywords):
        self._clean_up.callback(*arguments, **keywords)


class Guest:
    """A guest whose root we are: a namespace behind the stand-in for QEMU."""

    def __init__(self, stage, namespace, droplet_id, owner):
        self.stage, self.namespace = stage, namespace
        self.directory = stage.directory / "run" / str(droplet_id)
        self.directory.mkdir(parents=True)
        for directory in (self.directory, self.directory.parent):
            os.chown(directory, owner, owner)
        self.socket = self.directory / "network.sock"
        self.spec = {
            "droplet_id": droplet_id,
            "address": f"127.66.0.{droplet_id + 1}",
            "guest_address": f"10.66.0.{droplet_id + 1}",
            "forwards": [[22, 22], [8081, 81]],
            "user_id": None if owner else DEFAULT_UID_BASE + droplet_id,
        }
        stage.add_namespace(namespace)
        qemu = stage.start(
            namespace, [sys.executable, "-I", "-S", str(HERE / "tap_guest.py"), str(self.socket), str(owner)]
        )
        assert qemu.stdout.readline() == "ready\n"
        self.configure()
        stage.serve(namespace, {"0.0.0.0:22": f"guest {droplet_id}", "0.0.0.0:81": f"guest {droplet_id} web"})
        self.address = self.spec["address"]

    @property
    def pid(self):
        """The helper's process id."""
        return json.loads((self.directory / "network.json").read_text())["process"]["pid"]

    def configure(self):
        """Take the address, and as root would in an attempt to escape, force the routes."""
        network = self.spec["guest_address"].rpartition(".")[0]
        self.stage.sysctl(self.namespace, "net/ipv4/conf/all/route_localnet", "1")
        self.stage.sysctl(self.namespace, "net/ipv4/ping_group_range", "0 2147483647")
        self.stage.ip(
            self.namespace,
            f"link set eth0 up\naddress add {self.spec['guest_address']}/16 dev eth0\n"
            f"route add default via {network}.1\nroute add 127.0.0.0/8 via {network}.1\n"
            f"neighbour add fe80::1 lladdr {ROUTER_MAC} dev eth0\n"
            "address add fd00:66::2/64 dev eth0 nodad\n"
            "route add ::/0 via fe80::1 dev eth0\n",
        )

    def probe(self, *places):
        return self.stage.probe(self.namespace, places)

    def reached(self, *places):
        return self.stage.reached(self.namespace, *places)

    def lease(self):
        """What DHCP says, as a dictionary of udhcpc's words."""
        script = self.directory / "lease.sh"
        script.write_text("#!/bin/sh\nenv | grep -E '^(ip|subnet|router|dns|mtu)=' >&2 || true\n")
        script.chmod(0o755)
        command = [
            "busybox",
            "udhcpc",
            "-i",
            "eth0",
            "-n",
            "-q",
            "-f",
            "-t",
            "5",
            "-T",
            "1",
            "-s",
            str(script),
        ]
        said = self.stage.run(self.namespace, ["sh", "-c", '"$@" 2>&1', "sh", *command, "-O", "dns"])
        return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)


class Daemon:
    """Another process with a Network, as root or as an ordinary user."""

    def __init__(self, stage, as_root, resolver, environment):
        self._stage = stage
        settings = {"directory": str(stage.directory / "run"), "as_root": as_root, "resolver": resolver}
        user = [
            "setpriv",
            "--reuid",
            str(USER_ID),
            "--regid",
            str(USER_ID),
            "--clear-groups",
            "--bounding-set=-all",
        ]
        command = [sys.executable, str(HERE / "driver.py"), json.dumps(settings)]
        self._process = stage.start(
            stage.machine,
            [*([] if as_root else user), *command],
            stdin=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        )
        stage.on_exit(self._sweep)

    def ask(self, *request):
        """The result; raises AssertionError with the daemon's message if it was an error."""
        answer = self.answer(*request)
        assert "error" not in answer, answer
        return answer["result"]

    def send(self, *request):
        """Ask and don't wait."""
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def answer(self, *request):
        self.send(*request)
        return json.loads(self._process.stdout.readline())

    def connect(self, guest):
        return self.ask("connect", guest.spec, str(guest.socket))

    def refusal(self, *request):
        """The error of a request that must fail."""
        answer = self.answer(*request)
        assert "error" in answer, answer
        return answer

    def kill(self):
        end(self._process)

    def _sweep(self):
        for pid in self._stage.helpers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)


def end(process):
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def comm(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def eventually(condition, limit_seconds=10.0):
    """Return the first true answer of ``condition``, or fail."""
    deadline = time.monotonic() + limit_seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)
    return answer
