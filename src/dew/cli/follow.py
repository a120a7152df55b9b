"""Following an Action to its end: a bar on a terminal, plain lines elsewhere, always on standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from dew.cli.failure import Exit, Failure
from dew.cli.show import note
from dew.client import WAIT_TIMEOUT_SECONDS, Action, Client, WaitedTooLong

if TYPE_CHECKING:
    from rich.progress import Progress

PERCENT_BETWEEN_LINES = 10  # so that a log of a long build stays short


def follow(
    client: Client,
    action_id: int,
    doing: str,
    timeout_seconds: float = WAIT_TIMEOUT_SECONDS,
    call_off: str = "",
) -> Action:
    """Show how an Action comes along until it has ended; return it. Raises Failure if it failed.

    ``doing`` says what is done (``Creating web``). Ctrl-C ends the watching and never the Action;
    ``call_off`` is the command that does, if there is one.
    """
    try:
        ended = _show(client, action_id, doing, timeout_seconds)
    except WaitedTooLong as error:
        raise Failure(f"{error} {_again(action_id)}", Exit.STILL_GOING) from error
    except KeyboardInterrupt as error:
        way_out = f"\nCall it off with: {call_off}" if call_off else ""
        raise Failure(f"{doing} goes on by itself. {_again(action_id)}{way_out}", Exit.INTERRUPTED) from error
    if ended.status == "errored":
        raise failed(ended, doing)
    return ended


def settle(client: Client, started: Action, doing: str, no_wait: bool, call_off: str = "") -> Action:
    """Return the Action as it ended, or as it was begun if the caller does not want to wait."""
    return started if no_wait and started.open else follow(client, started.id, doing, call_off=call_off)


def outcome(action: Action, done: str) -> str:
    """The sentence for people: what is done, or that it goes on."""
    if action.open:
        return f"Action {action.id} has begun. {_again(action.id)}"
    return done


def failed(action: Action, doing: str) -> Failure:
    """The failure of an Action, with its reason and where to look further."""
    reason = action.error or "The server gave no reason."
    further = f"See more with: dew action show {action.id}"
    if action.state == "stuck":
        further += f"\nOnce the cause is gone, try again with: dew action retry {action.id}"
    return Failure(f"{doing} failed. {_sentence(reason)}\n{further}")


def _sentence(reason: str) -> str:
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."


def _again(action_id: int) -> str:
    return f"Follow it with: dew action wait {action_id}"


def _show(client: Client, action_id: int, doing: str, timeout_seconds: float) -> Action:
    with _display(doing) as display:
        for action in client.watch(action_id, timeout_seconds):
            display.update(action)
    return action


class Display(Protocol):
    """What shows an Action's progress."""

    def update(self, action: Action) -> None:
        """Show where the Action is now."""


@contextmanager
def _display(doing: str) -> Iterator[Display]:
    if not sys.stderr.isatty():
        yield Lines(doing)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=30), TaskProgressColumn())
    more = (TimeElapsedColumn(), TextColumn("{task.fields[message]}", style="dim", markup=False))
    with Progress(*columns, *more, console=Console(stderr=True), transient=True) as progress:
        yield Bar(progress, doing)


class Bar:
    """A progress bar that is gone when the work is done."""

    def __init__(self, progress: "Progress", doing: str) -> None:
        self._progress = progress
        self._task = progress.add_task(doing, total=100, message="")

    def update(self, action: Action) -> None:
        """Move the bar, and say what is done now."""
        self._progress.update(self._task, completed=action.progress, message=action.message)


class Lines:
    """Plain lines: one when what is done changes, and one every tenth of the way."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._message = ""
        self._progress = -PERCENT_BETWEEN_LINES

    def update(self, action: Action) -> None:
        """Print a line if there is something new to say."""
        far = action.progress >= self._progress + PERCENT_BETWEEN_LINES
        if not far and action.message == self._message:
            return
        self._message, self._progress = action.message, action.progress
        note(f"{self._doing}: {action.progress:3d} %  {action.message}".rstrip())
