"""``dew backup``: Backups that are made by themselves, daily or weekly, while the Droplet runs."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from dew.cli import names, show
from dew.cli.failure import Exit, Failure
from dew.cli.follow import outcome, settle
from dew.cli.home import open_client
from dew.cli.parameters import DropletName, Json, NoWait, Yes
from dew.client import BackupSchedule, Client, Droplet

app = App(name="backup", help="Have Droplets backed up by themselves; list what there is.")

Daily = Literal["daily", "weekly"]
Weekday = Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
Plan = Annotated[Daily | None, Parameter(help="daily (7 are kept) or weekly (4 are kept).")]
Hour = Annotated[
    Literal[0, 4, 8, 12, 16, 20] | None,
    Parameter(help="When the four hours begin in which it is made, in UTC."),
]
On = Annotated[Weekday | None, Parameter(name="--weekday", help="The day of a weekly Backup.")]
OneOrAll = Annotated[str, Parameter(name="DROPLET", help="Name or id of a Droplet; all without it.")]


@app.command
def enable(
    droplet: DropletName,
    /,
    *,
    plan: Plan = None,
    hour: Hour = None,
    weekday: On = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Have a Droplet backed up: daily, unless you say otherwise."""
    client = open_client()
    found = names.droplet(client, droplet)
    _set(client, found, "enable_backups", wanted(plan, hour, weekday), no_wait, as_json)


@app.command
def policy(
    droplet: OneOrAll = "",
    /,
    *,
    plan: Plan = None,
    hour: Hour = None,
    weekday: On = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Show when Droplets are backed up; with an option, change it."""
    client = open_client()
    change = wanted(plan, hour, weekday)
    if not change:
        _show_schedules(client, droplet, as_json)
        return
    if not droplet:
        raise Failure("Say of which Droplet to change the policy.", Exit.USAGE)
    found = names.droplet(client, droplet)
    known = [each.policy for each in client.backup_schedules() if each.droplet_id == found.id]
    before = {"plan": known[0].plan, "hour": known[0].hour, "weekday": known[0].weekday} if known else {}
    _set(client, found, "change_backup_policy", before | change, no_wait, as_json)


def wanted(plan: str | None, hour: int | None, weekday: str | None) -> dict[str, Any]:
    """Return what the options say of a policy, {} for nothing; a weekday says weekly. Raises Failure."""
    if weekday and plan == "daily":
        raise Failure("Only a weekly Backup has a weekday.", Exit.USAGE)
    said = {"plan": "weekly" if weekday else plan, "hour": hour, "weekday": weekday}
    return {name: value for name, value in said.items() if value is not None}


def _set(
    client: Client, found: Droplet, change: str, asked: Mapping[str, Any], no_wait: bool, as_json: bool
) -> None:
    started = client.set_backups(found.id, change, asked)
    action = settle(client, started, f"Setting when {found.name} is backed up", no_wait)
    schedules = [each for each in client.backup_schedules() if each.droplet_id == found.id]
    done = f"{found.name} is backed up {_when(schedules[0])}." if schedules else ""
    show.tell({"action": action}, outcome(action, done), as_json)


def _when(schedule: BackupSchedule) -> str:
    chosen, window = schedule.policy, schedule.next_window
    days = f"weekly on {chosen.weekday}" if chosen.plan == "weekly" else "daily"
    hours = f"between {window.start:%H:%M} and {window.end:%H:%M} UTC"
    return f"{days} {hours}, next on {window.start:%Y-%m-%d}; the newest {schedule.kept} are kept"


@app.command
def disable(
    droplet: DropletName, /, *, yes: Yes = False, no_wait: NoWait = False, as_json: Json = False
) -> None:
    """Have a Droplet backed up no more, and delete its Backups."""
    client = open_client()
    found = names.droplet(client, droplet)
    count = len(client.backups(found.id))
    question = f"Disable Backups of {found.name} and delete the {count} that there are?"
    advice = " What is to stay, make a Snapshot first: dew image convert." if count else ""
    show.confirm(question + advice, yes)
    started = client.act(found.id, "disable_backups")
    action = settle(client, started, f"Disabling Backups of {found.name}", no_wait)
    show.tell({"action": action}, outcome(action, f"{found.name} is backed up no more."), as_json)


@app.command(name="list")
def list_(droplet: OneOrAll = "", /, *, as_json: Json = False) -> None:
    """List the Backups, the newest first."""
    client = open_client()
    of = {each.id: each.name for each in client.droplets()}
    found = client.backups(names.droplet(client, droplet).id if droplet else None)
    if as_json:
        show.document(found)
        return
    rows = [
        (
            str(each.id),
            f"{each.name} (damaged)" if each.damage else each.name,
            of.get(each.droplet_id or 0, ""),
            show.bytes_as_gib(each.used_bytes),
            show.ago(each.created_at),
        )
        for each in found
    ]
    nothing = "There are no Backups. Have them made with: dew backup enable DROPLET"
    show.table(("ID", "Name", "Droplet", "Holds", "Made"), rows, nothing)


def _show_schedules(client: Client, droplet: str, as_json: bool) -> None:
    of = {each.id: each.name for each in client.droplets()}
    only = names.droplet(client, droplet).id if droplet else None
    found = [each for each in client.backup_schedules() if only in (None, each.droplet_id)]
    if as_json:
        show.document(found)
        return
    rows = [(of.get(each.droplet_id, ""), _when(each), each.error) for each in found]
    nothing = "Backups are not enabled. Enable them with: dew backup enable DROPLET"
    show.table(("Droplet", "Backups", "Trouble"), rows, nothing)
