"""The vendor's MCP server, as npm has it, and what a model's program says to it: JSON-RPC over stdio."""

import itertools
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

PACKAGE = Path(__file__).parent / "node_modules" / "@digitalocean" / "mcp"
PROTOCOL = "2025-03-26"
END_TIMEOUT_SECONDS = 10.0


class McpServer:
    """One that runs; its tools are called by name."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self._ids = itertools.count(1)

    @classmethod
    @contextmanager
    def running(cls, environment: Mapping[str, str], *services: str) -> Iterator[Self]:
        """Run it as its own launcher does, knowing nothing but ``environment``."""
        assert PACKAGE.exists(), "Run ./dew test once, which fetches it, or setup/clients."
        with subprocess.Popen(
            ["node", PACKAGE / "index.js", "--services", ",".join(services)],
            env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            server = cls(process)
            try:
                server._shake_hands()
                yield server
            finally:
                server._end()

    def call(self, tool: str, **arguments: Any) -> Any:
        """Return the JSON that a tool answers, or its words. Raises RuntimeError with why it refuses."""
        answer = self._ask("tools/call", name=tool, arguments=arguments)
        said = answer["content"][0]["text"]
        if answer.get("isError"):
            raise RuntimeError(said)
        try:
            return json.loads(said)
        except json.JSONDecodeError:
            return said

    def _shake_hands(self) -> None:
        who = {"name": "the tests of Dew", "version": "1"}
        self._ask("initialize", protocolVersion=PROTOCOL, capabilities={}, clientInfo=who)
        self._write(method="notifications/initialized")

    def _ask(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        self._write(id=number, method=method, params=params)
        for line in self.process.stdout or ():
            answer = json.loads(line)
            if answer.get("id") == number:
                return answer["result"]
        raise AssertionError("The MCP server is gone.")

    def _write(self, **message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def _end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(END_TIMEOUT_SECONDS)
