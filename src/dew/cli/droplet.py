"""``dew droplet``: the life of Droplets, except their creation (dew.cli.create)."""

from collections.abc import Iterator
from typing import Annotated

from cyclopts import App, Parameter

from dew.cli import names, show
from dew.cli.failure import Exit, Failure
from dew.cli.follow import follow, outcome, settle
from dew.cli.home import open_client
from dew.cli.parameters import DropletName, DropletNames, Json, NoWait, Yes
from dew.client import ApiError, Client, Droplet, DropletDetail

FEW_PORTS = 8  # are listed; the rest are those that servers usually listen on
Reset = Annotated[
    bool, Parameter(negative="", help="Have the guest agent in the running Droplet set a new password first.")
]

app = App(name="droplet", help="Create, list, show, delete, log in to, rename, expose Droplets.")
app.command("dew.cli.create:create", name="create", help="Create a Droplet from an Image or a Snapshot.")
app.command("dew.cli.ports:expose", name="expose", help="Have a port of this machine lead to a Droplet.")
app.command("dew.cli.ports:hide", name="hide", help="Have a port of this machine lead to a Droplet no more.")
app.command(
    "dew.cli.ports:ports", name="ports", help="List the ports of this machine that lead to a Droplet."
)
app.command("dew.cli.console:console", name="console", help="Sit at a Droplet's serial console.")
app.command("dew.cli.ssh:ssh", name="ssh", help="Log in to a Droplet, or run a command in it.")


@app.command(name="list")
def list_(
    *, tag: Annotated[str, Parameter(help="Only Droplets with this tag.")] = "", as_json: Json = False
) -> None:
    """List the Droplets."""
    client = open_client()
    found = client.droplets(tag=tag)
    if as_json:
        show.document(found)
        return
    halted = {each["id"]: each["reason"] for each in client.status().get("halted", ())}
    headers = ("ID", "Name", "Status", "Address", "Size", "Image", "Created")
    nothing = "There are no Droplets. Create one with: dew droplet create NAME"
    show.table(headers, (_row(each, each.id in halted) for each in found), nothing)
    for each in found:
        if each.id in halted:
            show.note(f"{each.name} is halted. {halted[each.id]}")


def _row(droplet: Droplet, halted: bool) -> tuple[str, ...]:
    created = show.ago(droplet.created_at)
    return (
        str(droplet.id),
        droplet.name,
        status(droplet, halted),
        droplet.address,
        droplet.size_slug,
        image_name(droplet),
        created,
    )


def status(droplet: Droplet, halted: bool) -> str:
    """The status as people see it: that QEMU has halted its guest and that an Action works on it show too."""
    busy = droplet.locked and droplet.status != "new"
    return ", ".join([droplet.status, *["halted"] * halted, *["busy"] * busy])


def image_name(droplet: Droplet) -> str:
    """What the Droplet was created from: a slug, the name of a Snapshot, or what is left of a deleted one."""
    image = droplet.image
    if image is None:
        return ""
    return image.slug or image.name or f"{image.id} (deleted)"


@app.command(name="show")
def show_(droplet: DropletName, /, *, as_json: Json = False) -> None:
    """Show one Droplet."""
    client = open_client()
    found = names.droplet(client, droplet)
    detail = client.droplet_detail(found.id)
    if as_json:
        show.document({"droplet": found, "dew": detail})
    else:
        show.facts(_facts(found, detail))


def _facts(droplet: Droplet, detail: DropletDetail) -> list[tuple[str, str]]:
    hardware = f"{droplet.vcpus} vCPU, {show.mib(droplet.memory)} memory, {droplet.disk} GiB disk"
    return [
        ("Name", droplet.name),
        ("ID", str(droplet.id)),
        ("Status", status(droplet, detail.observed == "paused")),
        ("Why", detail.reason),
        ("Damaged", detail.damage),
        ("Address", droplet.address),
        ("Ports", _ports(detail)),
        ("Log in", f"dew droplet ssh {droplet.name}" if droplet.status == "active" else ""),
        (
            "Password",
            f"not shown yet: dew droplet password {droplet.name}" if detail.password_available else "",
        ),
        *_ways_back(droplet, detail),
        ("Size", f"{droplet.size_slug} ({hardware})"),
        ("Image", image_name(droplet)),
        ("Region", droplet.region.slug),
        ("Tags", ", ".join(droplet.tags)),
        ("Snapshots", str(len(droplet.snapshot_ids))),
        ("Created", f"{show.ago(droplet.created_at)} ({droplet.created_at:%Y-%m-%d %H:%M} UTC)"),
    ]


def _ways_back(droplet: Droplet, detail: DropletDetail) -> Iterator[tuple[str, str]]:
    """How a restore or rebuild can be undone, the newest first, and until when."""
    for place, disk in enumerate(detail.kept_disks):
        which = f" --disk {disk.id}" if place else ""
        until = f"kept until {disk.kept_until:%Y-%m-%d %H:%M} UTC at most"
        command = f"dew restore --undo {droplet.name}{which}"
        damaged = ", damaged" if disk.damage else ""
        told = f"{command}: the disk replaced {show.ago(disk.replaced_at)}{damaged}, {until}"
        yield ("" if place else "Undo", told)


def _ports(detail: DropletDetail) -> str:
    """The ports that lead inside: ``22, 80``, or ``2222 to 22`` where they differ."""
    pairs = [(each.host_port, each.guest_port) for each in detail.forwards]
    told = [str(host) if host == guest else f"{host} to {guest}" for host, guest in pairs]
    rest = f" and {len(told) - FEW_PORTS} more" if len(told) > FEW_PORTS else ""
    return ", ".join(told[:FEW_PORTS]) + rest


@app.command
def delete(droplets: DropletNames, /, *, yes: Yes = False, as_json: Json = False) -> None:
    """Delete Droplets and their disks. Their Snapshots stay."""
    client = open_client()
    found = names.each_once(names.droplet(client, each) for each in droplets)
    if not found:
        raise Failure("Say which Droplet to delete.", Exit.USAGE)
    listed = show.joined(f"{each.name} (id {each.id})" for each in found)
    show.confirm(f"Delete {listed} with everything on it?", yes)
    for each in found:
        client.delete_droplet(each.id)
        if not as_json:
            print(f"{each.name} is deleted.")
    if as_json:
        show.document({"deleted": [each.id for each in found]})


@app.command
def rename(
    droplet: DropletName,
    name: Annotated[str, Parameter(name="NAME", help="The new name.")],
    /,
    *,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Give a Droplet another name. The host name inside stays as it is."""
    client = open_client()
    found = names.droplet(client, droplet)
    started = client.act(found.id, "rename", name=name)
    action = settle(client, started, f"Renaming {found.name}", no_wait)
    show.tell({"action": action}, outcome(action, f"{found.name} is now named {name}."), as_json)


@app.command
def password(droplet: DropletName, /, *, reset: Reset = False, as_json: Json = False) -> None:
    """Show the generated root password, once; with --reset, a new one.

    Where the Droplet was created with keys, SSH goes on taking only those: the password is for its console.
    """
    client = open_client()
    found = names.droplet(client, droplet)
    if reset:
        follow(client, client.act(found.id, "password_reset").id, f"Changing the password of {found.name}")
    secret = reveal(client, found)
    show.tell({"password": secret}, secret, as_json)
    if not as_json:
        show.note("This is the password of root. It is shown once: keep it, or change it inside with passwd.")


def reveal(client: Client, droplet: Droplet) -> str:
    """Return the password that was generated for a Droplet. Raises Failure if it has been shown before."""
    try:
        return client.reveal_password(droplet.id)
    except ApiError as error:
        if error.status not in (404, 409, 422):
            raise
        raise Failure(
            f"There is no password of {droplet.name} to show: it was shown before, or keys are used instead.",
            Exit.NOT_FOUND,
        ) from error
