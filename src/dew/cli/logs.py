"""``dew logs``: the end of dewd's log."""

from typing import Annotated

from cyclopts import Parameter

from dew.cli import show
from dew.cli.home import open_client
from dew.cli.parameters import Json

Lines = Annotated[int, Parameter(name=("--lines", "-n"), help="How many lines.")]


def logs(*, lines: Lines = 50, as_json: Json = False) -> None:
    """Show the end of dewd's log."""
    found = open_client().logs(lines)
    if as_json:
        show.document(found)
        return
    for line in found:
        print(line)
