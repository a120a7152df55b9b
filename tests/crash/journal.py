"""A guest that writes down numbers: each is synced to its disk and answered before the next is sent."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

FILE = "/root/written"
IN_THE_GUEST = (
    "cat /proc/sys/kernel/random/boot_id; "
    f"while read number; do echo $number >> {FILE} && sync && echo $number; done"
)
PAUSE_SECONDS = 0.1  # between two numbers: the guest is to write all the time, not to do nothing else
CONNECT_AGAIN_SECONDS = 0.5


class Journal:
    """Sends numbers over SSH while anybody answers, and goes on where it was when somebody does again."""

    def __init__(self, command: list[str | Path]) -> None:
        """``command`` runs IN_THE_GUEST over SSH."""
        self._command = command
        self._ending = threading.Event()
        self._session: subprocess.Popen[str] | None = None
        self.acknowledged = 0  # the last number that was answered
        self.answered_at = 0.0
        self.connected_at = 0.0  # when the session that is open now, or was last, began to answer
        self.boots: set[str] = set()  # by the kernel's id of each

    @contextmanager
    def kept(self) -> Iterator["Journal"]:
        """Write while the block goes on."""
        writer = threading.Thread(target=self._write)
        writer.start()
        try:
            yield self
        finally:
            self._ending.set()
            if self._session is not None:
                self._session.kill()
            writer.join()

    def _write(self) -> None:
        while not self._ending.is_set():
            with subprocess.Popen(
                self._command,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            ) as self._session:
                assert self._session.stdin is not None
                assert self._session.stdout is not None
                with suppress(BrokenPipeError):
                    self._converse(self._session.stdin, self._session.stdout)
                self._session.kill()
                with suppress(BrokenPipeError):
                    self._session.stdin.close()
            self._ending.wait(CONNECT_AGAIN_SECONDS)

    def _converse(self, ask: IO[str], answers: IO[str]) -> None:
        if boot := answers.readline().strip():
            self.boots.add(boot)
            self.connected_at = time.monotonic()
        while boot and not self._ending.wait(PAUSE_SECONDS):
            number = self.acknowledged + 1
            ask.write(f"{number}\n")
            ask.flush()
            if answers.readline().strip() != str(number):
                return
            self.acknowledged, self.answered_at = number, time.monotonic()


def check_written(text: str, acknowledged: int) -> None:
    """Hold what is found on a disk to what was acknowledged: all of it is there, in order."""
    numbers = [int(line) for line in text.split() if line.isdecimal()]
    assert set(range(1, acknowledged + 1)) <= set(numbers), (
        f"of {acknowledged} some are lost: {numbers[-20:]}"
    )
    assert numbers == sorted(numbers)
