"""How results look: tables and facts for people, one JSON document for programs."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

_STATUS_STYLES = {
    "active": "green",
    "available": "green",
    "completed": "green",
    "ok": "green",
    "new": "yellow",
    "in-progress": "yellow",
    "warn": "yellow",
    "off": "dim",
    "errored": "red",
    "fail": "red",
}
_UNITS = ((86400 * 365, "year"), (86400 * 30, "month"), (86400, "day"), (3600, "hour"), (60, "minute"))
_UNLIMITED_COLUMNS = 100_000  # a pipe has no width: nothing is cut or folded


def document(value: Any) -> None:
    """Print the one JSON document of a command."""
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], nothing: str, cut: str | None = None
) -> None:
    """Print rows under headers, aligned; ``nothing`` if there are none.

    On a narrow terminal long cells are folded; with ``cut``, only the cells under that header give way: they
    lose their ends, and each row stays one line.
    """
    kept = [tuple(row) for row in rows]
    if not kept:
        print(nothing)
        return
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for index, header in enumerate(headers):
        grid.add_column(header, overflow="fold", no_wrap=index == 0 or cut not in (None, header))
    for row in kept:
        grid.add_row(*(styled(cell, header == cut) for header, cell in zip(headers, row, strict=True)))
    _print_grid(grid)


def columns(rows: Iterable[Sequence[str]], first_style: str = "") -> None:
    """Print rows without headers; only the last column is folded when the terminal is narrow."""
    from rich.table import Table

    kept = [tuple(row) for row in rows]
    grid = Table.grid(padding=(0, 3, 0, 0))
    for index in range(len(kept[0]) if kept else 0):
        last = index == len(kept[0]) - 1
        grid.add_column(style="" if index else first_style, no_wrap=not last, overflow="fold")
    for row in kept:
        grid.add_row(*(styled(cell) for cell in row))
    _print_grid(grid)


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Print names and values, one pair a line; pairs without a value are left out."""
    columns([(name, value) for name, value in pairs if value], first_style="bold")


def _print_grid(grid: Any) -> None:
    from rich.console import Console

    if sys.stdout.isatty():
        Console().print(grid)
        return
    console = Console(width=_UNLIMITED_COLUMNS, color_system=None)
    with console.capture() as captured:
        console.print(grid)
    for line in captured.get().splitlines():
        print(line.rstrip())


def styled(cell: str, cut: bool = False) -> "Text":
    """A cell as text; words of state are coloured, and nothing in a name is taken for markup."""
    from rich.text import Text

    text = Text(cell, style=_STATUS_STYLES.get(cell.split(" ")[0].rstrip(","), ""))
    if cut:
        text.no_wrap, text.overflow = True, "ellipsis"
    return text


def tell(value: Any, sentence: str, as_json: bool) -> None:
    """Print a result: the document for programs, the sentence for people."""
    if as_json:
        document(value)
    else:
        print(sentence)


def note(sentence: str) -> None:
    """Tell a person something beside the result: on standard error."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


@contextmanager
def waiting(for_what: str) -> Iterator[None]:
    """Show on a terminal that something is waited for; silent elsewhere."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(for_what):
        yield


def ago(moment: datetime | None) -> str:
    """How long ago something was, in one unit: ``3 minutes ago``; "" for never."""
    return "" if moment is None else _age((datetime.now(UTC) - moment).total_seconds())


def _age(seconds: float) -> str:
    for length, unit in _UNITS:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now" if seconds < 10 else f"{int(seconds)} seconds ago"


def gib(gigabytes: float | None) -> str:
    """A size in GiB, precise enough to tell small ones apart: ``0.12 GiB``, ``25 GiB``."""
    if gigabytes is None:
        return ""
    return f"{gigabytes:.0f} GiB" if gigabytes == int(gigabytes) else f"{gigabytes:.2f} GiB"


def bytes_as_gib(size_bytes: int) -> str:
    """A size in bytes, shown in GiB to two places."""
    return gib(round(size_bytes / 2**30, 2))


def mib(megabytes: int) -> str:
    """Memory: ``512 MiB``, ``2 GiB``."""
    return f"{megabytes // 1024} GiB" if megabytes % 1024 == 0 else f"{megabytes} MiB"


def seconds(duration_seconds: float) -> str:
    """A duration: ``0.4 s``, ``12 s``, ``3 min 20 s``."""
    if duration_seconds < 10:
        return f"{duration_seconds:.1f} s"
    if duration_seconds < 120:
        return f"{duration_seconds:.0f} s"
    return f"{int(duration_seconds // 60)} min {int(duration_seconds % 60)} s"


def joined(words: Iterable[str]) -> str:
    """Words as a sentence has them: ``a``, ``a and b``, ``a, b and c``."""
    *most, last = [*words] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def confirm(question: str, yes: bool, ask: Callable[[str], str] = input) -> None:
    """Ask before what can't be taken back. Raises Failure unless the answer is yes."""
    from dew.cli.failure import Exit, Failure

    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Failure(f"{question} Nobody is here to ask: say yes with --yes.", Exit.USAGE)
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    try:
        answer = ask("")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in ("y", "yes"):
        raise Failure("Nothing was changed.", Exit.FAILED)
