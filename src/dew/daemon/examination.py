"""The doctor's examination, for those who ask dewd: in a process of its own, as ``dew doctor`` has it.

It looks at disks that may hang and may boot a guest to try KVM: nothing of that may hold dewd up.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence

from dew.api.wire.findings import Finding
from dew.images.commands import run
from dew.model.errors import StepFailed

EXAMINE = (sys.executable, "-m", "dew.daemon", "--doctor")

TIME_LIMIT_SECONDS = 90.0
"""It takes seconds; the first on a machine with KVM as long as a guest takes to boot, or not to."""

FRESH_SECONDS = 30.0
"""What it finds seldom changes, and it costs two seconds of a core."""


class Examination:
    """One at a time, remembered for a while."""

    def __init__(self, command: Sequence[str] = EXAMINE, limit_seconds: float = TIME_LIMIT_SECONDS) -> None:
        self._command = command
        self._limit_seconds = limit_seconds
        self._examining = asyncio.Lock()
        self._findings: list[Finding] = []
        self._fresh_until = 0.0

    async def findings(self) -> list[Finding]:
        """Return what was found now or some seconds ago. Raises StepFailed (it took too long, it failed)."""
        async with self._examining:
            if time.monotonic() >= self._fresh_until:
                self._findings = await self._examine()
                self._fresh_until = time.monotonic() + FRESH_SECONDS
            return self._findings

    async def _examine(self) -> list[Finding]:
        what = "Examining the machine"
        said = await run(*self._command, what=what, timeout_seconds=self._limit_seconds)
        try:
            findings: list[Finding] = json.loads(said)
        except ValueError as error:
            raise StepFailed(f"{what} ended without a result: see `dew doctor`.") from error
        return findings
