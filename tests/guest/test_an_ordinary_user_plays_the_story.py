"""The whole story without root: a user made for it, with a checkout and a data directory of his own."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.guest.dewd import REPOSITORY

pytestmark = [
    pytest.mark.guest,
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a user"),
]

NAME = "dew-story"
STORY_SECONDS = 480


@contextmanager
def ordinary_user() -> Iterator[pwd.struct_passwd]:
    subprocess.run(["userdel", "-f", NAME], capture_output=True, check=False)
    subprocess.run(["useradd", "--no-create-home", "--shell", "/bin/bash", NAME], check=True)
    try:
        yield pwd.getpwnam(NAME)
    finally:
        subprocess.run(["userdel", "-f", NAME], capture_output=True, check=False)


@pytest.fixture
def home() -> Iterator[tuple[pwd.struct_passwd, Path]]:
    """The user and a home of his own."""
    with ordinary_user() as user:
        home = Path(tempfile.mkdtemp(prefix="dew-home-", dir="/var/tmp"))
        os.chown(home, user.pw_uid, user.pw_gid)
        yield user, home
        shutil.rmtree(home, ignore_errors=True)


def as_user(
    user: pwd.struct_passwd, home: Path, images: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run the dew command as the user, with the code and the Python that were copied for him."""
    environment = {
        "HOME": str(home),
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "PYTHONPATH": str(home / "src"),
        "DEW_DATA": str(home / "data"),
        "DEW_LISTEN": "127.0.0.1:0",
        "DEW_NETWORK": "127.79.0.0/16",
        "DEW_RESOLVER": "none",
        "DEW_ACCELERATOR": "tcg",
        "DEW_IMAGE_CACHE": str(images),
        "DEW_RESERVE_GIGABYTES": "0.5",
        "DEW_TEST_RUN": os.environ.get("DEW_TEST_RUN", ""),
    }
    code = "from dew.cli.main import main; main()"
    return subprocess.run(
        [*becoming(user), str(home / "python" / "bin" / "python"), "-c", code, *arguments],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=STORY_SECONDS,
        check=False,
    )


def becoming(user: pwd.struct_passwd) -> list[str]:
    """Return the words that turn root into the user, who may open /dev/net/tun as on any ordinary machine."""
    become = [
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        "--inh-caps=-all",
    ]
    if Path("/dev/net/tun").stat().st_mode & 0o006 == 0o006:
        return become
    device = "mount -t tmpfs -o dev none /mnt && mknod -m 666 /mnt/tun c 10 200 && chmod 755 /mnt"
    bind = f'{device} && mount --bind /mnt/tun /dev/net/tun && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", bind, "sh", *become]


def test_the_micro_story_and_an_import_as_an_ordinary_user(
    home: tuple[pwd.struct_passwd, Path], micro_image: Path, image_cache: Path
) -> None:
    user, directory = home
    _give(user, directory, micro_image)
    images = directory / "images"
    try:
        told = as_user(user, directory, images, "demo", "--micro", "--clean")
        assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
        assert "All 11 steps did what they claim" in told.stdout + told.stderr
        brought = next(images.glob("dew-micro-*.qcow2"))  # here a file of the user's like any other
        told = as_user(user, directory, images, "image", "import", str(brought), "--name", "brought")
        assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
        told = as_user(user, directory, images, "image", "list")
        assert "brought" in told.stdout
        assert "custom" in told.stdout
    finally:
        as_user(user, directory, images, "down", "--guests")


def _give(user: pwd.struct_passwd, home: Path, micro_image: Path) -> None:
    """Copy code, interpreter environment and image to where the user can read them, as a clone would have."""
    shutil.copytree(REPOSITORY / "src", home / "src")
    environment = Path(sys.prefix)
    shutil.copytree(environment, home / "python", symlinks=True, ignore=shutil.ignore_patterns("*.pth"))
    (home / "images").mkdir()
    shutil.copy(micro_image, home / "images" / micro_image.name)
    subprocess.run(["chown", "-R", f"{user.pw_uid}:{user.pw_gid}", str(home)], check=True)
