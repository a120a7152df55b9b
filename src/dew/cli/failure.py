"""Failure: how a command ends when it could not do what was asked, and the exit codes for it."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of ``dew``; scripts may rely on them."""

    OK = 0
    FAILED = 1
    """The Action or the request failed."""
    USAGE = 2
    """The command makes no sense as it stands, or a name fits several things."""
    NOT_FOUND = 3
    UNREACHABLE = 4
    """dewd does not answer."""
    REFUSED = 5
    """dewd answers, and will not: busy, not allowed, too much at once."""
    STILL_GOING = 6
    """The time limit passed; the Action goes on."""
    INTERRUPTED = 130
    """Ctrl-C; what was begun goes on."""


class Failure(Exception):
    """An expected end: a message in whole sentences that says what to do, and the exit code.

    ``told`` says that the command has already printed its JSON document.
    """

    def __init__(self, message: str, code: Exit = Exit.FAILED, told: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.told = told
