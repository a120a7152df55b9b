"""A simulated serial console: a login that asks for no password, and a shell that knows one command."""

from collections.abc import Callable
from functools import partial

from dew.compute.viewers import Viewer, Viewers

RECENT_BYTES = 16 * 1024
LONGEST_LINE = 256
ENTER, ERASE, LEAVE = b"\r\n", b"\x7f\x08", b"\x04"


class MemoryConsole:
    """The console of one simulated guest."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._user = ""
        self._line = bytearray()
        self._said = bytearray()
        self._viewers = Viewers()
        self._say(f"Simulated Droplet {name} ttyS0\r\n\r\n{self._prompt}")

    def view(self, power_off: Callable[[], None]) -> Viewer:
        """Return a new viewer, which begins with what was said last, and may switch the guest off."""
        return self._viewers.add(Viewer(bytes(self._said), partial(self._type, power_off)))

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

    async def _type(self, power_off: Callable[[], None], typed: bytes) -> None:
        for key in typed:
            if key in ENTER:
                self._say("\r\n")
                line = self._line.decode(errors="replace").strip()
                self._line.clear()
                if self._user and line == "poweroff":
                    self._say("The system is going down.\r\nreboot: Power down\r\n")
                    power_off()
                    return
                self._obey(line)
            elif key in ERASE and self._line:
                del self._line[-1:]
                self._say("\b \b")
            elif key in LEAVE:
                self._obey("exit")
            elif 0x20 <= key < 0x7F and len(self._line) < LONGEST_LINE:
                self._line.append(key)
                self._say(chr(key))

    def _obey(self, line: str) -> None:
        if not self._user:
            self._user = line
        elif line in ("exit", "logout"):
            self._user = ""
        elif line:
            self._say(f"sh: {line.split()[0]}: not found\r\n")
        self._say(self._prompt)
