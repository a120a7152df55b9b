"""``dew down``: the end of dewd, not of its guests."""

import sys
from typing import Annotated

from cyclopts import Parameter

from dew.cli import dewd, show
from dew.cli.failure import Failure
from dew.cli.home import anonymous_client, data_directory, may_answer, open_client
from dew.cli.parameters import Json
from dew.cli.process import Process, guests_on
from dew.cli.up import ensure_up, not_answering
from dew.client import ApiError, Client

Guests = Annotated[bool, Parameter(negative="", help="Shut the running Droplets down too.")]


def down(*, guests: Guests = False, as_json: Json = False) -> None:
    """Stop dewd. Droplets keep running, and dewd finds them again, unless --guests is given."""
    process = dewd.running()
    answers = may_answer() and anonymous_client().healthy()
    left = 0 if process or answers else guests_on(data_directory())
    if left and guests:
        show.note("dewd is not running, but guests are. It is started to shut them down in order.")
        ensure_up()
        process, answers = dewd.running(), True
    if process is None and not answers:
        facts = {"stopped": False, "guests": [], "guests_left": left}
        show.tell(facts, f"dewd is not running.{_about_left(left)}", as_json)
        return
    if process is not None and not answers:
        raise not_answering(process)
    client = open_client()
    active = _active(client)
    simulated = bool(client.status().get("simulated"))
    told = bool(client.stop(guests).get("guests"))
    _wait(process, client, told)
    facts = {"stopped": True, "guests": active or [], "guests_stopped": told}
    fate = "What it simulated is gone." if simulated else _about_guests(active, told)
    show.tell(facts, f"dewd is stopped. {fate}", as_json)


def _about_left(left: int) -> str:
    if not left:
        return ""
    several = f"{left} of its guests run" if left > 1 else "1 of its guests runs"
    return f" {several} on; dew down --guests ends that too, and dew up goes on with them."


def _active(client: Client) -> list[str] | None:
    """The Droplets that run; None if dewd will not say now: its limits must not keep it from stopping."""
    client.patience_seconds = 0
    try:
        return [each.name for each in client.droplets() if each.status == "active"]
    except ApiError as error:
        if error.status != 429:
            raise
        return None


def _wait(process: Process | None, client: Client, guests: bool) -> None:
    """Wait for the end: of the process if it is of this machine, else of its answers."""
    doing = "Shutting down the guests and dewd" if guests else "Stopping dewd"
    gone = dewd.wait_until_gone(process or dewd.Answering(client), _ticker(doing))
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if not gone:
        limit = f"{dewd.STOP_TIMEOUT_SECONDS:.0f} seconds"
        raise Failure(f"dewd has not ended within {limit}. Its log says why: {dewd.journal_file()}")


def _ticker(doing: str) -> dewd.Tick:
    def tick(passed_seconds: float) -> None:
        if sys.stderr.isatty() and passed_seconds > 0.5:
            sys.stderr.write(f"\r{doing} … {passed_seconds:.0f} s")
            sys.stderr.flush()

    return tick


def _about_guests(active: list[str] | None, guests: bool) -> str:
    if active is None:
        return "The guests were told to shut down." if guests else "Droplets that were on keep running."
    if not active:
        return "No Droplet was running."
    several = len(active) > 1
    if guests:
        told = f"{show.joined(active)} {'were' if several else 'was'} told to shut down"
        return f"{told}; dew up starts {'them' if several else 'it'} again."
    count = f"{len(active)} Droplets keep" if several else "1 Droplet keeps"
    return f"{count} running: {show.joined(active)}. dew up finds {'them' if several else 'it'} again."
