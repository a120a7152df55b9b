"""A simulated serial console: a login that asks for no password, and a shell that knows how to switch off."""

from collections.abc import Callable
from functools import partial

from dew.compute.viewers import Viewer, Viewers

RECENT_BYTES = 16 * 1024
LONGEST_LINE = 256
ENTER, ERASE, LEAVE = b"\r\n", b"\x7f\x08", b"\x04"
POWER_OFF, REBOOT = ("poweroff", "halt", "shutdown"), ("reboot",)
HELP = "This Droplet is simulated. Its shell knows: poweroff, reboot, exit.\r\n"

Deed = Callable[[], None]


class MemoryConsole:
    """The console of one simulated guest."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._said = bytearray()
        self._viewers = Viewers()
        self.boot()

    def boot(self) -> None:
        """The guest starts, or starts anew."""
        self._user, self._line, self._on = "", bytearray(), True
        self._say(f"Simulated Droplet {self._name} ttyS0\r\n\r\n{self._prompt}")

    def power_down(self) -> None:
        """The guest powers itself off: its process stays, and says nothing any more."""
        self._say("\r\nThe system is going down.\r\nreboot: Power down\r\n")
        self._on = False

    def restart(self) -> None:
        """The guest restarts."""
        self._say("\r\nreboot: Restarting system\r\n\r\n")
        self.boot()

    def view(self, power_off: Deed, reboot: Deed) -> Viewer:
        """Return a new viewer, which begins with what was said last, and may switch the guest off."""
        return self._viewers.add(Viewer(bytes(self._said), partial(self._type, power_off, reboot)))

    def close(self) -> None:
        """The guest's process has ended."""
        self._viewers.close()

    @property
    def _prompt(self) -> str:
        return f"{self._user}@{self._name}:~# " if self._user else f"{self._name} login: "

    def _say(self, text: str) -> None:
        output = text.encode()
        self._said += output
        del self._said[:-RECENT_BYTES]
        self._viewers.feed(output)

    async def _type(self, power_off: Deed, reboot: Deed, typed: bytes) -> None:
        for key in typed:
            if not self._on:
                return
            if key in ENTER:
                self._say("\r\n")
                line = self._line.decode(errors="replace").strip()
                self._line.clear()
                self._obey(line, power_off, reboot)
            elif key in ERASE and self._line:
                del self._line[-1:]
                self._say("\b \b")
            elif key in LEAVE:
                self._obey("exit", power_off, reboot)
            elif 0x20 <= key < 0x7F and len(self._line) < LONGEST_LINE:
                self._line.append(key)
                self._say(chr(key))

    def _obey(self, line: str, power_off: Deed, reboot: Deed) -> None:
        command, *options = line.split() or [""]
        if self._user and command in POWER_OFF and "-r" not in options:
            power_off()
        elif self._user and command in POWER_OFF + REBOOT:
            reboot()
        else:
            self._answer(line, command)

    def _answer(self, line: str, command: str) -> None:
        if not self._user:
            self._user = line
        elif command in ("exit", "logout"):
            self._user = ""
        elif command == "help":
            self._say(HELP)
        elif command:
            self._say(f"sh: {command}: not found. Try: help\r\n")
        self._say(self._prompt)
