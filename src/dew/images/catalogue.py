"""The catalogue: cloud images that distributions publish, and where their checksums are published.

Slugs are DigitalOcean's where it has the distribution. An image may come from any mirror; its checksum comes
from the distribution's own server, over HTTPS. Left out is what needs a newer processor than software
emulation offers (Rocky Linux 10, CentOS Stream 10: x86-64-v3).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dew.model.errors import Invalid

SLUG = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}", re.ASCII)
"""A name in URLs, commands and file names."""

MOST_ENTRIES = 200
"""Of a catalogue file; more is no catalogue that anybody looks through."""


@dataclass(frozen=True)
class CloudImage:
    """One image that can be fetched; ``image`` and ``checksums`` are URLs."""

    name: str  # also the public slug
    distribution: str  # in DigitalOcean's words
    description: str
    image: str
    checksums: str

    @property
    def file(self) -> str:
        """The image's file name, by which the checksums are listed."""
        return self.image.rpartition("/")[2]


def _ubuntu(version: str) -> CloudImage:
    directory = f"https://cloud-images.ubuntu.com/releases/{version}/release"
    return CloudImage(
        f"ubuntu-{version.replace('.', '-')}-x64",
        "Ubuntu",
        f"Ubuntu {version} LTS x64",
        f"{directory}/ubuntu-{version}-server-cloudimg-amd64.img",
        f"{directory}/SHA256SUMS",
    )


def _debian(version: str, codename: str) -> CloudImage:
    directory = f"https://cloud.debian.org/images/cloud/{codename}/latest"
    return CloudImage(
        f"debian-{version}-x64",
        "Debian",
        f"Debian {version} ({codename}) x64",
        f"{directory}/debian-{version}-generic-amd64.qcow2",
        f"{directory}/SHA512SUMS",
    )


def _fedora(version: str, build: str) -> CloudImage:
    directory = f"pub/fedora/linux/releases/{version}/Cloud/x86_64/images"
    return CloudImage(
        f"fedora-{version}-x64",
        "Fedora",
        f"Fedora {version} x64",
        f"https://download.fedoraproject.org/{directory}/Fedora-Cloud-Base-Generic-{version}-{build}.x86_64.qcow2",
        # Not from the mirrors, to which the address above leads.
        f"https://dl.fedoraproject.org/{directory}/Fedora-Cloud-{version}-{build}-x86_64-CHECKSUM",
    )


def _with_checksum_beside(
    name: str, distribution: str, description: str, image: str, ending: str
) -> CloudImage:
    return CloudImage(name, distribution, description, image, f"{image}.{ending}")


CLOUD_IMAGES: Mapping[str, CloudImage] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            _ubuntu("22.04"),
            _ubuntu("24.04"),
            _ubuntu("26.04"),
            _debian("12", "bookworm"),
            _debian("13", "trixie"),
            _fedora("43", "1.6"),
            _fedora("44", "1.7"),
            _with_checksum_beside(
                "rockylinux-9-x64",
                "Rocky Linux",
                "Rocky Linux 9 x64",
                "https://dl.rockylinux.org/pub/rocky/9/images/x86_64/Rocky-9-GenericCloud-Base.latest.x86_64.qcow2",
                "CHECKSUM",
            ),
            _with_checksum_beside(
                "centos-stream-9-x64",
                "CentOS",
                "CentOS Stream 9 x64",
                "https://cloud.centos.org/centos/9-stream/x86_64/images/CentOS-Stream-GenericCloud-9-latest.x86_64.qcow2",
                "SHA256SUM",
            ),
            _with_checksum_beside(
                "opensuse-15-6-x64",
                "openSUSE",
                "openSUSE Leap 15.6 x64",
                "https://download.opensuse.org/distribution/leap/15.6/appliances/openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2",
                "sha256",
            ),
            _with_checksum_beside(
                "alpine-3-22-x64",
                "Unknown",  # DigitalOcean has no word for it
                "Alpine Linux 3.22 x64",
                "https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/cloud/nocloud_alpine-3.22.4-x86_64-bios-cloudinit-r0.qcow2",
                "sha512",
            ),
        )
    }
)


def read_catalogue(path: Path | None) -> Mapping[str, CloudImage]:
    """Return the catalogue, with the entries of the TOML file at ``path`` over it. Raises Invalid.

    A table for each slug, with distribution, description, image and checksums: for a mirror of one's own.
    """
    if path is None:
        return CLOUD_IMAGES
    try:
        tables = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"The catalogue {path} can't be read: {error}.") from error
    if len(tables) > MOST_ENTRIES:
        raise Invalid(f"The catalogue {path} has more than {MOST_ENTRIES} entries.")
    return {**CLOUD_IMAGES, **{name: _entry(path, name, table) for name, table in tables.items()}}


def _entry(path: Path, name: str, table: Any) -> CloudImage:
    if not SLUG.fullmatch(name):
        raise Invalid(f"The catalogue {path}: {name!r} is no slug; those are such as ubuntu-24-04-x64.")
    try:
        values = {key: str(value) for key, value in table.items()}
        return CloudImage(name=name, **values)
    except (AttributeError, TypeError) as error:
        wanted = "distribution, description, image and checksums"
        raise Invalid(f"The catalogue {path} needs {wanted} for {name}, and nothing else.") from error
