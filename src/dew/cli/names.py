"""From what a person typed to the one thing that is meant: an exact id wins, then a name."""

import difflib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from dew.cli.failure import Exit, Failure
from dew.cli.show import ago
from dew.client import Action, ApiError, Client, Droplet, Image, Key, Snapshot, Token


class Named(Protocol):
    """What has an id and a name."""

    @property
    def id(self) -> int | str: ...

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def droplet(client: Client, wanted: str) -> Droplet:
    """Return the Droplet of that id or name. Raises Failure."""
    return pick(client.droplets(), wanted, "Droplet", "dew droplet list")


def image(client: Client, wanted: str) -> Image:
    """Return the Image of that id, slug or name: a distribution, a Snapshot, a Backup or one's own."""
    found = client.images()
    return pick(found, wanted, "Image", "dew image list", also=lambda each: each.slug)


def snapshot(client: Client, wanted: str) -> Snapshot:
    """Return the Snapshot of that id or name."""
    return pick(client.snapshots(), wanted, "Snapshot", "dew snapshot list")


def restorable(client: Client, target: Droplet, wanted: str) -> Snapshot:
    """Return the Snapshot of that id or name among the Droplet's own: only from those it can be restored."""
    every = client.snapshots()
    own = [each for each in every if each.droplet_id == target.id]
    foreign = [each for each in every if wanted in (str(each.id), each.name) and each not in own]
    if foreign and not any(wanted in (str(each.id), each.name) for each in own):
        raise Failure(
            f"{wanted} is no Snapshot of {target.name}, and a Droplet is restored from its own ones only. "
            f"Create a new Droplet from it: dew droplet create NAME --image {foreign[0].id}"
        )
    return pick(own, wanted, "Snapshot", f"dew snapshot list --droplet {target.name}")


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
    when several have the name.
    """
    for each in candidates:
        if wanted in (str(each.id), also(each)):
            return each
    named = [each for each in candidates if each.name == wanted]
    if len(named) == 1:
        return named[0]
    raise _ambiguous(named, wanted, noun) if named else _missing(candidates, wanted, noun, see)


def _ambiguous(named: Sequence[N], wanted: str, noun: str) -> Failure:
    width = max(len(str(each.id)) for each in named)
    lines = [f"  {each.id!s:>{width}}  {each.name}  {_created(each)}".rstrip() for each in named]
    head = f"{len(named)} {noun}s are named {wanted}. Say which one by its id:"
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
