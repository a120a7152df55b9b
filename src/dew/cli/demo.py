"""``dew demo``: the whole story, played on real Droplets, each claim checked."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from dew.cli import show
from dew.cli.demo_guest import Guest
from dew.cli.demo_story import STORY, Scene, Stage
from dew.cli.failure import Exit, Failure
from dew.cli.follow import follow
from dew.cli.home import data_directory, open_client
from dew.cli.key import add_file
from dew.cli.translate import translated
from dew.cli.up import ensure_up
from dew.client import Client, ClientError, Image
from dew.model.size import SIZES

Micro = Annotated[
    bool,
    Parameter(negative="", help="Use dew-micro, a tiny Linux that boots in seconds without KVM, not Debian."),
]
Clean = Annotated[bool, Parameter(negative="", help="Delete the second Droplet too at the end.")]

MICRO_IMAGE, MICRO_MEMORY_MB = "dew-micro", 256
DEBIAN_IMAGE, DEBIAN_MEMORY_MB = "debian-12", 512


def demo(*, micro: Micro = False, clean: Clean = False) -> None:
    """Play the whole story on real Droplets: break one, and put it back."""
    begun = time.monotonic()
    ensure_up()
    client = open_client()
    _refuse_simulation(client)
    directory = _directory()
    identity = _key_pair(directory)
    image = _image(client, MICRO_IMAGE if micro else DEBIAN_IMAGE)
    with _known_key(client, identity) as key_id:
        size = _size(image, MICRO_MEMORY_MB if micro else DEBIAN_MEMORY_MB)
        stage = Stage(client, image, size, key_id, identity, directory / "known_hosts")
        _play(stage)
    print(f"\nAll {len(STORY)} steps did what they claim, in {show.seconds(time.monotonic() - begun)}.")
    _farewell(stage, clean)


def _refuse_simulation(client: Client) -> None:
    if client.status().get("simulated"):
        raise Failure(
            "This dewd simulates its machine: there is nothing to log in to, and the demo proves all it says "
            "by logging in. Run it on a real one: dew down, then dew up, then dew demo.",
            Exit.USAGE,
        )


def _directory() -> Path:
    directory = data_directory() / "demo"
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Failure(f"The demo keeps its key in {directory}, which cannot be made: {error}.") from error
    return directory


def _key_pair(directory: Path) -> Path:
    """Return the demo's private key, made at its first run: Droplets of earlier runs still know it."""
    identity = directory / "id_ed25519"
    if not identity.exists():
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "dew demo", "-f", str(identity)]
        try:
            subprocess.run(words, check=True, stdin=subprocess.DEVNULL, timeout=60)
        except (OSError, subprocess.SubprocessError) as error:
            raise Failure(f"ssh-keygen failed ({error}). Is openssh-client installed?") from error
    return identity


def _image(client: Client, slug: str) -> Image:
    """Return the demo's Image, built first if this Dew has none."""
    if slug not in [each.slug for each in client.images(private=False)]:
        print(f"There is no Image {slug} yet, so it is built now. That happens once and takes some minutes.")
        begun = time.monotonic()
        follow(client, client.build_image(slug).id, f"Building {slug}")
        print(f"{slug} is built ({show.seconds(time.monotonic() - begun)}).\n")
    return client.image(slug)


def _size(image: Image, memory_mb: int) -> str:
    """Return the smallest size that the Image fits on."""
    for size in SIZES:
        if size.memory_mb >= memory_mb and size.disk_gb >= (image.min_disk_size or 0):
            return size.slug
    raise Failure(f"{image.slug} needs {image.min_disk_size} GiB, more than any size has.")


@contextmanager
def _known_key(client: Client, identity: Path) -> Iterator[int]:
    """The demo's key is known to the account while the story plays, so that no later Droplet gets it."""
    key = add_file(client, identity.with_suffix(".pub"), "dew demo")
    try:
        yield key.id
    finally:
        with suppress(ClientError):
            client.delete_key(key.id)


def _play(stage: Stage) -> None:
    for number, scene in enumerate(STORY, 1):
        print(f"{number:2d}. {scene.title}", flush=True)
        begun = time.monotonic()
        try:
            seen = scene.play(stage)
        except (Failure, ClientError) as error:
            raise _broken(stage, number, scene, error) from error
        took = show.seconds(time.monotonic() - begun)
        print(f"    {_green('✓')} {scene.proves}\n      {seen} ({took})", flush=True)


def _broken(stage: Stage, number: int, scene: Scene, error: Exception) -> Failure:
    """Say which step failed, how, and what is left behind."""
    failure = error if isinstance(error, Failure) else translated(error)
    lines = [f"Step {number} failed: {scene.title}.", failure.message]
    if stage.made:
        left = f"Left as it is, for you to look at: {show.joined(stage.made)}."
        lines.append(f"{left} Remove with: dew droplet delete {' '.join(stage.made)}")
    return Failure("\n".join(lines), failure.code)


def _green(mark: str) -> str:
    return f"\033[32m{mark}\033[0m" if sys.stdout.isatty() else mark


def _farewell(stage: Stage, clean: bool) -> None:
    """Leave the second Droplet for the person to use, or remove it."""
    second = stage.second
    assert second is not None
    if clean:
        stage.client.delete_droplet(second.door.droplet_id)
        print(f"{second.name} is deleted too; nothing is left but the key in {stage.identity.parent}.")
    else:
        _tell_how_to_go_on(stage.client, second)


def _tell_how_to_go_on(client: Client, guest: Guest) -> None:
    port = "" if guest.door.port == 22 else f"-p {guest.door.port} "
    print(f"{guest.name} is left for you.\n")
    show.facts(
        [
            ("Panel", f"{client.url}, signed in by: dew panel"),
            ("API", f"{client.url}/v2, with the token in {data_directory() / 'token'}"),
            ("Log in", f"dew droplet ssh {guest.name} -i {guest.door.identity}"),
            ("", f"ssh -i {guest.door.identity} {port}root@{guest.door.address}"),
            ("Try next", f"dew snapshot take {guest.name}"),
            ("", f"dew droplet show {guest.name}"),
            ("", "dew droplet create web --key ~/.ssh/id_ed25519.pub"),
            ("Remove it", f"dew droplet delete {guest.name}"),
        ]
    )
