"""What a client asked for, and what must be there because it was done."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dew.client import Action, Client
from tests.guest.dewd import SIZE

MOST_SNAPSHOTS = 6


@dataclass
class Held:
    """A Droplet as it must be; ``mark`` is what it synced to /root/mark last, and had confirmed."""

    name: str
    power: str
    mark: str
    size: str = SIZE
    kept: list[str] = field(
        default_factory=list
    )  # marks on the disks that were replaced, the last one at the end
    ports: set[int] = field(default_factory=set)  # that lead to it
    password: bool = False  # waits to be shown


@dataclass(frozen=True)
class Taken:
    """A Snapshot as it must be; ``written`` is the number that the journal had reached."""

    name: str
    droplet: int
    mark: str
    written: int = 0
    size: str = SIZE  # of the disk, so that it fits


@dataclass
class Asked:
    """A request: what Action it becomes, how it is sent, what it changes in the ledger if that completes."""

    type: str
    resource: int | None  # None: dewd chooses the id
    send: Callable[[Client], object]
    effect: Callable[[Client, Action], None]
    resource_type: str = "droplet"
    plan: str = ""  # what it is for, if its type does not say
    may_fail: bool = False  # and then changes nothing
    answered: bool = False

    def __str__(self) -> str:
        return f"{self.type} {self.resource_type} {self.resource or ''}".strip()

    def became(self, action: Action) -> bool:
        """Whether the Action may be this request's."""
        same_type = (self.type, self.resource_type) == (action.type, action.resource_type)
        return same_type and self.resource in (None, action.resource_id)
