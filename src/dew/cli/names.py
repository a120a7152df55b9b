"""From what a person typed to the one thing that is meant: by its id, its slug or its name.

A Droplet may be *named* 1 while another one *is* 1. Nobody can tell which one ``1`` means, and one of them
may be about to be deleted; so that is refused, and ``id:1`` or ``name:1`` says which one it is.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from dew.cli.failure import Exit, Failure
from dew.cli.show import ago
from dew.client import Action, ApiError, Client, Droplet, Image, Key, Snapshot, Token, Upload


class Named(Protocol):
    """What has an id and a name."""

    @property
    def id(self) -> int | str: ...

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)

BY_ID, BY_NAME = "id:", "name:"  # before what is typed, where it would fit several things


def droplet(client: Client, wanted: str) -> Droplet:
    """Return the Droplet of that id or name. Raises Failure."""
    return pick(client.droplets(), wanted, "Droplet", "dew droplet list")


def each_once(found: Iterable[N]) -> list[N]:
    """Return what was found, in order, without what was named twice."""
    return list({each.id: each for each in found}.values())


def image(client: Client, wanted: str) -> Image:
    """Return the Image of that id, slug or name: a distribution, a Snapshot, a Backup or one's own."""
    found = client.images()
    return pick(found, wanted, "Image", "dew image list", also=lambda each: each.slug)


def snapshot(client: Client, wanted: str) -> Snapshot:
    """Return the Snapshot of that id or name."""
    return pick(client.snapshots(), wanted, "Snapshot", "dew snapshot list")


def restorable(client: Client, target: Droplet, wanted: str) -> Snapshot:
    """Return the Snapshot or Backup of that id or name among the Droplet's own: no others will do."""
    every = [*client.snapshots(), *client.backups()]
    own = [each for each in every if each.droplet_id == target.id]
    foreign = _fitting([each for each in every if each not in own], wanted)
    if foreign and not _fitting(own, wanted):
        raise Failure(
            f"{wanted} is no Snapshot or Backup of {target.name}, and a Droplet is restored from its own "
            f"ones only. Create a new Droplet from it: dew droplet create NAME --image {foreign[0].id}"
        )
    return pick(own, wanted, "Snapshot", f"dew snapshot list --droplet {target.name}")


def upload(client: Client, wanted: str) -> Upload:
    """Return the upload of that id or file name."""
    return pick(client.uploads(), wanted, "upload", "dew image upload list")


def key(client: Client, wanted: str) -> Key:
    """Return the SSH key of that id, name or fingerprint."""
    return pick(client.ssh_keys(), wanted, "key", "dew key list", also=lambda each: each.fingerprint)


def token(client: Client, wanted: str) -> Token:
    """Return the access token of that id or name."""
    return pick(client.tokens(), wanted, "token", "dew token list")


def action(client: Client, action_id: int) -> Action:
    """Return the Action of that id."""
    try:
        return client.action(action_id)
    except ApiError as error:
        if error.status != 404:
            raise
        raise Failure(
            f"There is no Action {action_id}. See them with: dew action list", Exit.NOT_FOUND
        ) from error


def pick(
    candidates: Sequence[N],
    wanted: str,
    noun: str,
    see: str,
    also: Callable[[N], str | None] = lambda each: None,
) -> N:
    """Return the candidate that is meant; ``also`` gives a second identifier that is as good as the id.

    Raises Failure when there is none (with the nearest names, and ``see``, the command that lists them), and
    when several fit: as an identifier or as a name, neither wins.
    """
    fitting = _fitting(candidates, wanted, also)
    if len(fitting) == 1:
        return fitting[0]
    raise _ambiguous(fitting, wanted, noun) if fitting else _missing(candidates, wanted, noun, see)


def unmistakable(candidates: Sequence[N], meant: N) -> str:
    """Return what to type for ``meant``: its name if that fits nothing else, else ``id:`` and its id."""
    alone = [each.id for each in _fitting(candidates, meant.name)] == [meant.id]
    return meant.name if alone else f"{BY_ID}{meant.id}"


def _fitting(
    candidates: Sequence[N], wanted: str, also: Callable[[N], str | None] = lambda each: None
) -> list[N]:
    if wanted.startswith(BY_NAME):
        return [each for each in candidates if each.name == wanted.removeprefix(BY_NAME)]
    identifier = wanted.removeprefix(BY_ID)
    only_id = wanted.startswith(BY_ID)
    return [
        each
        for each in candidates
        if identifier in (str(each.id), also(each)) or (each.name == wanted and not only_id)
    ]


def _ambiguous(fitting: Sequence[N], wanted: str, noun: str) -> Failure:
    width = max(len(str(each.id)) for each in fitting)
    lines = [f"  {each.id!s:>{width}}  {each.name}  {_created(each)}".rstrip() for each in fitting]
    head = f"{wanted} fits {len(fitting)} {noun}s. Say which one by its id, such as {BY_ID}{fitting[0].id}:"
    return Failure("\n".join([head, *lines]), Exit.USAGE)


def _created(each: Named) -> str:
    moment: datetime | None = getattr(each, "created_at", None)
    return f"created {ago(moment)} ({moment:%Y-%m-%d %H:%M} UTC)" if moment else ""


def _missing(candidates: Sequence[N], wanted: str, noun: str, see: str) -> Failure:
    near = difflib.get_close_matches(wanted, [each.name for each in candidates], n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    return Failure(
        f"There is no {noun} {wanted}.{guess} See them with: {see}",
        Exit.NOT_FOUND,
    )
