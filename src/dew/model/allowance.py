"""Allowance: how much of the machine may be promised to Droplets, and how much of it is."""

from dataclasses import dataclass
from typing import TypedDict

GIB = 2**30


class AllowanceFacts(TypedDict):
    """What of the machine's memory or disk may be promised to Droplets, and how much is."""

    total_bytes: int
    reserve_bytes: int
    overcommit: float
    promised_bytes: int
    limit_bytes: int
    summary: str


@dataclass(frozen=True)
class Allowance:
    """What of one thing, memory or disk, may be promised: (total - reserve) x overcommit.

    The rule is OpenStack Nova's. It counts promises, not use, so that its answer does not depend on what
    guests happen to do at the moment.
    """

    total_bytes: int
    reserve_bytes: int  # for the machine itself
    overcommit: float
    promised_bytes: int

    @property
    def limit_bytes(self) -> int:
        """All that may be promised."""
        return int(max(0, self.total_bytes - self.reserve_bytes) * self.overcommit)

    def fits(self, more_bytes: int) -> bool:
        """Whether that much more may be promised."""
        return self.promised_bytes + more_bytes <= self.limit_bytes

    def facts(self) -> AllowanceFacts:
        """Everything about it, for programs."""
        return {
            "total_bytes": self.total_bytes,
            "reserve_bytes": self.reserve_bytes,
            "overcommit": self.overcommit,
            "promised_bytes": self.promised_bytes,
            "limit_bytes": self.limit_bytes,
            "summary": str(self),
        }

    def __str__(self) -> str:
        """The numbers, as everybody who tells of them does: "1.5 of 23.0 GiB are promised (…)"."""
        total, reserve = gib(self.total_bytes), gib(self.reserve_bytes)
        rule = f"{total} GiB less {reserve} in reserve, times {self.overcommit:g}"
        return f"{gib(self.promised_bytes)} of {gib(self.limit_bytes)} GiB are promised ({rule})"


def gib(size_bytes: int) -> str:
    """Return a size in GiB, precise enough to compare: ``0.25``, ``25``."""
    return f"{round(size_bytes / GIB, 2):g}" if size_bytes < 1000 * GIB else f"{size_bytes / GIB:.0f}"
