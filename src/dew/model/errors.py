"""What can go wrong, sorted by whose fault it is and whether trying again helps.

DewError
├ RequestError   the caller's fault; the message is shown to the caller
│   Invalid · NotFound · Busy · Conflict · Damaged · Unauthorized · Forbidden · LimitReached · NotOffered
├ StepFailed     the world says no; an Action walks back
│   NoSpace · LayerMissing · GuestRefused · HostFull
├ Transient      try again, a bounded number of times
│   HostUnreachable · MonitorLost · DatabaseBusy · DatabaseFull
└ Broken         an invariant failed; never retried, the Action becomes stuck

Drivers translate at their edge (``raise NoSpace(...) from error``). Messages are whole sentences that say
what to do. An error is logged once, where it is decided.
"""


class DewError(Exception):
    """Root of every error that Dew raises on purpose."""


class RequestError(DewError):
    """The caller asked for something that cannot be; the message is for the caller."""


class Invalid(RequestError):
    """The request makes no sense as it stands (HTTP 422)."""


class NotFound(RequestError):
    """What the request names does not exist (HTTP 404)."""


class Busy(RequestError):
    """Another Action holds the resource (HTTP 422, in DigitalOcean's words)."""


class Damaged(RequestError):
    """What the request builds on has lost bytes: nothing new is made of it (HTTP 422)."""


class Conflict(RequestError):
    """What the request builds on is not so any more; look again (HTTP 409)."""


class Unauthorized(RequestError):
    """No token, or one that is not known (HTTP 401)."""


class Forbidden(RequestError):
    """The token is known but may not do this (HTTP 403)."""


class LimitReached(RequestError):
    """A bound on what one client may make or ask was met (HTTP 429 or 422)."""


class NotOffered(RequestError):
    """DigitalOcean would do this and Dew does not yet (HTTP 501, which no client tries again)."""


class StepFailed(DewError):
    """The world said no; the Action walks back to where it began."""


class NoSpace(StepFailed):
    """The disk is full, or would be."""


class LayerMissing(StepFailed):
    """A Layer that the database names is not in the store."""


class GuestRefused(StepFailed):
    """The guest, QEMU or its network helper did not do what was asked."""


class HostFull(StepFailed):
    """The machine has too little memory left."""


class Transient(DewError):
    """A moment's trouble; the same call may succeed later."""


class HostUnreachable(Transient):
    """The machine that runs the guest does not answer."""


class MonitorLost(Transient):
    """QEMU's monitor closed in mid-conversation; ask again what holds now."""


class DatabaseBusy(Transient):
    """The database was locked for longer than we wait."""


class DatabaseFull(Transient):
    """The disk that holds the database is full; nothing was changed."""


class Broken(DewError):
    """An invariant does not hold. Nothing is tried again; somebody has to look."""
