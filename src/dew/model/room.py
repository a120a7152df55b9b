"""Room on a disk beyond the reserve, and the sentence that refuses what does not fit."""

from dew.model.errors import NoSpace

GIB, MIB = 2**30, 2**20


def require_room(doing: str, needed_bytes: int, free_bytes: int, reserve_bytes: int) -> int:
    """Return what is free beyond the reserve. Raises NoSpace, with numbers, if less than is needed."""
    spare_bytes = free_bytes - reserve_bytes
    if spare_bytes < needed_bytes:
        raise NoSpace(
            f"{doing} needs {_size(needed_bytes)}; the disk has {_size(free_bytes)} left, and "
            f"{_size(reserve_bytes)} are a reserve. Delete Snapshots or Droplets, then try again."
        )
    return spare_bytes


def _size(size_bytes: int) -> str:
    return f"{size_bytes // MIB} MiB" if size_bytes < GIB else f"{size_bytes / GIB:.2f} GiB"
