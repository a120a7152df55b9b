"""``dew up``: dewd in the background."""

import os
from typing import Annotated

from cyclopts import Parameter

from dew.cli import dewd, show
from dew.cli.failure import Exit, Failure
from dew.cli.home import address, anonymous_client, may_answer, open_client
from dew.cli.parameters import Json
from dew.cli.process import Process
from dew.client import ClientError

Simulate = Annotated[
    bool, Parameter(negative="", help="Simulate the machine: no guests run, everything else is real.")
]

Memory = Annotated[
    bool, Parameter(negative="", help="Simulate the machine, and keep nothing of it on a disk.")
]
Tls = Annotated[
    bool, Parameter(negative="", help="Speak HTTPS, with a certificate of one's own; see dew tls.")
]

SIMULATION = "It simulates the machine: Droplets can be created and changed, but nobody can log in to them."


def up(
    *, simulate: Simulate = False, memory: Memory = False, tls: Tls = False, as_json: Json = False
) -> None:
    """Start dewd in the background and wait until it answers."""
    wanted = {"--simulate": simulate or memory, "--memory": memory, "--tls": tls}
    begun = ensure_up(*(flag for flag, is_wanted in wanted.items() if is_wanted))
    sentence = f"dewd {'runs' if begun else 'is running already'}. The API is at {address()}."
    facts = {"url": address(), "started": begun}
    show.tell(facts, sentence, as_json)
    if as_json:
        return
    if begun:
        _tell_more(simulate or memory)
    elif _simulates():
        print(SIMULATION)


def _simulates() -> bool:
    """Whether the dewd that was running already is a simulation; what it does not tell us is none."""
    try:
        return bool(open_client().status().get("simulated"))
    except (Failure, ClientError):
        return False


def ensure_up(*flags: str) -> bool:
    """Start dewd unless it answers already; whether it was started. Raises Failure."""
    if may_answer() and anonymous_client().healthy():
        return False
    if url := os.environ.get("DEW_URL"):
        raise Failure(
            f"Nobody answers at {url}. dew up starts dewd on this machine: unset DEW_URL first.",
            Exit.UNREACHABLE,
        )
    if found := dewd.running():
        raise not_answering(found)
    show.note("Starting dewd …")
    dewd.start(*flags)
    return True


def not_answering(process: Process) -> Failure:
    """The Failure for a dewd that runs and does not answer."""
    return Failure(
        f"dewd runs (pid {process.pid}), but does not answer at {address()}. It may still be starting: "
        f"its log is {dewd.journal_file()}. To end it: kill {process.pid}",
        Exit.UNREACHABLE,
    )


def _tell_more(simulate: bool) -> None:
    if simulate:
        print(SIMULATION)
    first = "dew droplet create web" if simulate else "dew demo, or dew droplet create web"
    print(f"Try: {first}. Stop it with: dew down")
