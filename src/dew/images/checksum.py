"""Checksum: what somebody published about a file's bytes."""

import re
from dataclasses import dataclass

HEX_DIGITS = {"sha256": 64, "sha512": 128}


@dataclass(frozen=True)
class Checksum:
    """A hash of a whole file. Raises ValueError where that can't be one."""

    algorithm: str  # as hashlib names it: sha256 or sha512
    hex: str

    def __post_init__(self) -> None:
        digits = HEX_DIGITS.get(self.algorithm)
        if digits is None:
            raise ValueError(f"Checksums are sha256 or sha512, not {self.algorithm!r}.")
        if not re.fullmatch(f"[0-9a-f]{{{digits}}}", self.hex):
            raise ValueError(f"A {self.algorithm} is {digits} lower-case hexadecimal digits.")

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"
