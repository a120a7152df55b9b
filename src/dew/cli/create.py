"""``dew droplet create``: from an Image or a Snapshot to a Droplet one can log in to."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from dew.cli import backup, names, show
from dew.cli.droplet import reveal
from dew.cli.failure import Exit, Failure
from dew.cli.follow import follow
from dew.cli.home import open_client
from dew.cli.key import add_file
from dew.cli.parameters import Json, NoWait
from dew.client import Client, Created, Droplet, Image
from dew.model.size import DEFAULT_SIZE

DEFAULT_IMAGE = "debian-12"

NewName = Annotated[
    str, Parameter(name="NAME", help="Its name and host name: letters, digits, dots, hyphens.")
]
FromImage = Annotated[
    str,
    Parameter(
        metavar="IMAGE",
        help=f"Slug or id of an Image, or the name of a Snapshot; {DEFAULT_IMAGE} by default.",
    ),
]
SizeSlug = Annotated[str, Parameter(metavar="SIZE", help="How big it is; see: dew size list.")]
Keys = Annotated[
    tuple[str, ...],
    Parameter(
        name="--key",
        metavar="KEY",
        negative="",
        help="Name or id of a key, or a public key file; may be repeated. By default all the account's keys; "
        "if it has none, a password is generated and shown once.",
    ),
]
Region = Annotated[str, Parameter(metavar="REGION", help="A region's slug; all are this machine.")]
UserData = Annotated[Path | None, Parameter(metavar="FILE", help="A file for cloud-init inside.")]
Tags = Annotated[
    tuple[str, ...], Parameter(name="--tag", metavar="TAG", negative="", help="A tag; may be repeated.")
]
Backups = Annotated[
    bool,
    Parameter(
        name=("--backups", "--enable-backups"),
        negative="",
        help="Have it backed up: daily, unless the next three say otherwise.",
    ),
]


def create(
    name: NewName,
    /,
    *,
    image: FromImage = "",
    size: SizeSlug = DEFAULT_SIZE,
    key: Keys = (),
    region: Region = "",
    user_data: UserData = None,
    tag: Tags = (),
    backups: Backups = False,
    backup_plan: Annotated[backup.Plan, Parameter(name="--backup-policy-plan")] = None,
    backup_hour: Annotated[backup.Hour, Parameter(name="--backup-policy-hour")] = None,
    backup_weekday: Annotated[backup.On, Parameter(name="--backup-policy-weekday")] = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Create a Droplet from an Image or a Snapshot."""
    policy = backup.wanted(backup_plan, backup_hour, backup_weekday)
    client = open_client()
    wanted: dict[str, Any] = {
        "name": name,
        "image": _image(client, image or f"{names.BY_ID}{DEFAULT_IMAGE}").id,
        "size": size,
        "region": region or None,
        "ssh_keys": _keys(client, key),
        "user_data": _read(user_data) if user_data else None,
        "tags": list(tag),
        "backups": backups or bool(policy),
        "backup_policy": policy or None,
    }
    created = client.create_droplet(wanted)
    if no_wait:
        _tell_begun(client, created, as_json)
        return
    follow(client, created.action_id, f"Creating {name}")
    _tell_all(client, client.droplet(created.droplet.id), created.action_id, as_json)


def _tell_begun(client: Client, created: Created, as_json: bool) -> None:
    action, droplet = client.action(created.action_id), created.droplet
    sentence = f"{droplet.name} (id {droplet.id}) is accepted. Follow it with: dew action wait {action.id}"
    show.tell({"droplet": droplet, "action": action}, sentence, as_json)


def _image(client: Client, wanted: str) -> Image:
    """Return the Image that is meant; one that could be built or fetched is worth a hint."""
    try:
        return names.image(client, wanted)
    except Failure as failure:
        slug = wanted.removeprefix(names.BY_ID)
        how = _way(client, slug) if failure.code is Exit.NOT_FOUND else None
        if how is None:
            raise
        hint = f"There is no Image {slug} yet. {how.capitalize()} it with: dew image {how} {slug}"
        raise Failure(hint, Exit.NOT_FOUND) from failure


def _way(client: Client, slug: str) -> str | None:
    """Return how an Image that is not there can be had."""
    if slug in [each.name for each in client.recipes()]:
        return "build"
    return "fetch" if slug in [each.name for each in client.catalogue()] else None


def _keys(client: Client, wanted: tuple[str, ...]) -> list[int]:
    if not wanted:
        return [each.id for each in client.ssh_keys()]
    return [_key_id(client, each) for each in wanted]


def _key_id(client: Client, wanted: str) -> int:
    file = Path(wanted).expanduser()
    if "/" in wanted or wanted.endswith(".pub") or file.is_file():
        return add_file(client, file).id
    return names.key(client, wanted).id


def _read(file: Path) -> str:
    try:
        return file.expanduser().read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"The user data {file} cannot be read: {error}.", Exit.USAGE) from error


def _tell_all(client: Client, droplet: Droplet, action_id: int, as_json: bool) -> None:
    """Say where it is and how to get in."""
    detail = client.droplet_detail(droplet.id)
    password = reveal(client, droplet) if detail.password_available else None
    if as_json:
        action = client.action(action_id)
        show.document({"droplet": droplet, "dew": detail, "action": action, "password": password})
        return
    print(f"{droplet.name} (id {droplet.id}) is {droplet.status}.")
    typed = names.unmistakable(client.droplets(), droplet)
    port = "" if detail.ssh_port in (22, None) else f"-p {detail.ssh_port} "
    show.facts(
        [
            ("Address", droplet.address),
            ("Log in", f"dew droplet ssh {typed}"),
            ("", f"ssh {port}root@{droplet.address}" if droplet.address else ""),
            ("Password", f"{password}   (shown once: keep it)" if password else ""),
        ]
    )
