"""Reading the files in which distributions publish checksums.

<hex>  <file>              SHA256SUMS, SHA512SUMS: Debian, Ubuntu (there with a * for "binary")
SHA256 (<file>) = <hex>    CHECKSUM: Fedora, Rocky Linux, CentOS, between lines of a signature
<hex>                      alone, in a file that belongs to one image: Alpine
"""

import re
from collections.abc import Iterator

from dew.images.checksum import Checksum
from dew.model.errors import StepFailed

GNU = re.compile(r"([0-9a-fA-F]{64}|[0-9a-fA-F]{128})(?:[ \t]+\*?(?:\./)?(\S+))?")
BSD = re.compile(r"SHA(256|512) \(([^)]+)\) = ([0-9a-fA-F]+)")

ALGORITHM_BY_DIGITS = {64: "sha256", 128: "sha512"}


def published_checksum(text: str, file: str, listed_in: str) -> Checksum:
    """Return what ``text``, the file at the URL ``listed_in``, says about ``file``.

    A file of checksums that is named after the image and holds a single one means that image, whatever name
    it gives it: openSUSE lists the build that the name leads to. Raises StepFailed.
    """
    found = list(_entries(text))
    named = {checksum for name, checksum in found if name == file}
    if not named and listed_in.rpartition("/")[2].startswith(f"{file}."):
        named = {checksum for _, checksum in found}
    if not named:
        raise StepFailed(
            f"{listed_in} has no checksum for {file}: the distribution may have moved its images."
        )
    best = [each for each in named if each.algorithm == "sha512"] or list(named)
    if len(best) > 1:
        raise StepFailed(
            f"{listed_in} has several checksums for {file}, and nobody knows which one is right."
        )
    return best[0]


def _entries(text: str) -> Iterator[tuple[str, Checksum]]:
    for line in text.splitlines():
        try:
            if match := BSD.fullmatch(line.strip()):
                yield match[2], Checksum(f"sha{match[1]}", match[3].lower())
            elif match := GNU.fullmatch(line.strip()):
                yield match[2] or "", Checksum(ALGORITHM_BY_DIGITS[len(match[1])], match[1].lower())
        except ValueError:
            continue  # no checksum after all: the wrong number of digits
