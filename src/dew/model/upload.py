"""Upload: a file that a client sends, in as many pieces and with as many breaks as it takes."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Upload:
    """One file on its way in."""

    id: int
    file_name: str  # as the client calls it; its ending may declare a format
    size_bytes: int
    received_bytes: int  # from the beginning, without a gap, on the disk for sure
    sha256: str | None  # of the whole, if the client said
    taken: bool  # an Action works with it: it can be neither written to nor deleted
    created_at: datetime
    touched_at: datetime  # when somebody last went on with it

    @property
    def complete(self) -> bool:
        """Whether all of it has come."""
        return self.received_bytes == self.size_bytes

    def path(self, directory: Path) -> Path:
        """Return where its bytes are."""
        return directory / f"upload-{self.id}"
