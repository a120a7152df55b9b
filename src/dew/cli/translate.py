"""From what the client says went wrong to what a person should do."""

from dew.cli.failure import Exit, Failure
from dew.cli.home import unreachable
from dew.client import ApiError, Unreachable, WaitedTooLong

_REFUSED_STATUSES = (401, 403, 409, 429)
_BUSY_WORDS = (
    "pending event",
    "blocking event",
    "being built already",
    "being fetched already",
)  # DigitalOcean answers 422 for busy; only the words tell


def translated(error: Exception) -> Failure:
    """Return the Failure that an error means. Raises the error itself if it is a fault of ours."""
    if isinstance(error, Unreachable):
        return unreachable(str(error))
    if isinstance(error, WaitedTooLong):
        return Failure(str(error), Exit.STILL_GOING)
    if isinstance(error, ApiError):
        return _refusal(error)
    raise error


def _refusal(error: ApiError) -> Failure:
    if error.status == 404:
        return Failure(error.message, Exit.NOT_FOUND)
    if error.status == 401:
        return Failure(f"{error.message} The token is not one of this dewd's; check DEW_TOKEN.", Exit.REFUSED)
    if any(words in error.message for words in _BUSY_WORDS):
        hint = (
            "Another Action is at work on it. Wait for it: dew action list, dew action wait. "
            "If that says stuck, try it again, dew action retry, or delete what it works on."
        )
        return Failure(f"{error.message} {hint}", Exit.REFUSED)
    if error.status in _REFUSED_STATUSES:
        return Failure(error.message, Exit.REFUSED)
    if error.status >= 500:
        request = f" (request {error.request_id})" if error.request_id else ""
        return Failure(f"{error.message}{request} dewd's log says more: dew logs")
    return Failure(error.message)
