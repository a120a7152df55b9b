"""A web server on loopback that misbehaves as it is told: what downloads are tried against."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Exchange:
    """One request, and the way to answer it byte by byte."""

    path: str
    headers: dict[str, str]
    writer: asyncio.StreamWriter

    @property
    def offset(self) -> int:
        """The first byte that is wanted."""
        return int(self.headers.get("range", "bytes=0-").removeprefix("bytes=").partition("-")[0])

    async def begin(self, status: str, **headers: object) -> None:
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""]).encode())

    async def send(self, content: bytes) -> None:
        self.writer.write(content)
        await self.writer.drain()

    async def give(self, content: bytes, etag: str = '"1"', *, only_bytes: int | None = None) -> None:
        """Answer as a good server does; break off after ``only_bytes`` of the body."""
        start = self.offset if self.headers.get("if-range", etag) == etag else 0
        body = content[start:]
        if start:
            where = f"bytes {start}-{len(content) - 1}/{len(content)}"
            await self.begin("206 Partial", ETag=etag, Content_Length=len(body), Content_Range=where)
        else:
            await self.begin("200 OK", ETag=etag, Content_Length=len(body))
        await self.send(body[:only_bytes])


Answer = Callable[[Exchange], Awaitable[None]]


@dataclass
class Mirror:
    """The server: ``answer`` answers, ``seen`` remembers."""

    url: str
    answer: Answer
    seen: list[Exchange] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = [line.partition(":")[::2] for line in lines if line]
            headers = {name.lower(): value.strip() for name, value in pairs}
            exchange = Exchange(request.split()[1], headers, writer)
            self.seen.append(exchange)
            await self.answer(exchange)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client had enough
        finally:
            writer.close()


@asynccontextmanager
async def mirror(
    answer: Answer, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1"
) -> AsyncIterator[Mirror]:
    """Run a server that answers each request with ``answer``."""
    running = Mirror("", answer)
    server = await asyncio.start_server(running.serve, address, 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    running.url = f"{'https' if tls else 'http'}://localhost:{port}"
    try:
        yield running
    finally:
        server.close()
