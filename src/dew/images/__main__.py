"""Build an image by hand: python -m dew.images NAME TARGET."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from dew.images import RECIPES, Choices, build
from dew.model.errors import DewError


def main() -> int:
    options = _arguments()
    choices = Choices(
        dew_identity=not options.no_dew_identity,
        time_synchronisation=not options.no_time_synchronisation,
    )
    target: Path = options.target.absolute()
    try:
        asyncio.run(build(options.name, target, options.work or target.parent, _say, choices))
    except DewError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m dew.images", description="Build an image from Debian packages."
    )
    parser.add_argument("name", choices=sorted(RECIPES))
    parser.add_argument("target", type=Path, help="the qcow2 file to write")
    parser.add_argument(
        "--work", type=Path, help="directory for temporary files (default: beside the target)"
    )
    parser.add_argument(
        "--no-dew-identity", action="store_true", help="debian-12 with plain cloud-init, for tests"
    )
    parser.add_argument(
        "--no-time-synchronisation", action="store_true", help="debian-12 that asks no time server"
    )
    return parser.parse_args()


def _say(share: float, text: str) -> None:
    print(f"{share:4.0%}  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
