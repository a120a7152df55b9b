"""What ``POST /v2/droplets`` asks for, from the JSON that clients really send to the params of create."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from dew.actions import backup_policy as backup_policies
from dew.api import fields
from dew.api.fields import Body
from dew.api.keys import identifier
from dew.database import images, keys
from dew.database.connect import Tx
from dew.database.tags import MOST_ON_ONE
from dew.model.backup import Plan, Weekday
from dew.model.errors import Invalid, NotFound
from dew.model.image import Image
from dew.model.region import REGION_BY_SLUG, REGIONS
from dew.model.vpc import VPC_BY_ID

MOST_NAMES = 10  # DigitalOcean's
MOST_KEYS = 100
MOST_VOLUMES = 15
LONGEST_USER_DATA_BYTES = 64 * 1024
NAME = re.compile(r"[a-zA-Z0-9]?[a-zA-Z0-9.\-]*[a-zA-Z0-9]")
TAG = re.compile(r"[a-zA-Z0-9_\-:]{1,255}")
FEATURES = ("ipv6", "monitoring", "private_networking")
"""What makes no difference here but is told back: Terraform replaces a Droplet that lost what was asked."""
IGNORED_BOOLEANS = ("with_droplet_agent",)
"""What makes no difference here; checked, so that nonsense is not silently taken for a wish."""


class WantedBackupPolicy(TypedDict):
    """When Backups are to be made; daily from 0 UTC unless it says otherwise."""

    plan: NotRequired[Plan]
    hour: NotRequired[Annotated[int, Meta(description="0, 4, 8, 12, 16 or 20")]]
    weekday: NotRequired[Weekday]


class _Wanted(TypedDict):
    size: str
    image: int | str
    region: NotRequired[str | None]
    ssh_keys: NotRequired[list[int | str] | None]
    user_data: NotRequired[str | None]
    tags: NotRequired[list[str] | None]
    ipv6: NotRequired[bool]
    monitoring: NotRequired[bool]
    private_networking: NotRequired[bool]
    with_droplet_agent: NotRequired[bool]
    vpc_uuid: NotRequired[str | None]
    backups: NotRequired[bool]
    backup_policy: NotRequired[WantedBackupPolicy | None]


class CreateDroplet(_Wanted):
    """One Droplet; without SSH keys it gets a password that is shown once."""

    name: str


class CreateDroplets(_Wanted):
    """Droplets that differ only in their names."""

    names: list[str]


@dataclass(frozen=True)
class CreateRequest:
    """A request for one Droplet, or with ``several`` for one each of ``names``."""

    names: tuple[str, ...]
    several: bool
    shared: Mapping[str, Any]  # the params that all have in common

    def params(self) -> list[dict[str, Any]]:
        """Return the params of each create Action."""
        return [{**self.shared, "name": name} for name in self.names]


async def parse(tx: Tx, body: Body, default_region: str) -> CreateRequest:
    """Return what ``body`` asks for. Raises Invalid in DigitalOcean's words."""
    names, several = _names(body)
    _refuse_what_is_not_there(body)
    image = await _image(tx, body)
    shared: dict[str, Any] = {
        "region": _region_for(image, body, default_region),
        "size": _size(body),
        "image": image.id,
        "public_keys": await _public_keys(tx, body),
        "user_data": _user_data(body),
        "tags": tags(body),
        "features": [name for name in FEATURES if fields.boolean(body, name)],
    }
    policy = backup_policy(body)
    if fields.boolean(body, "backups"):
        shared["backup_policy"] = policy
    return CreateRequest(names, several, shared)


def backup_policy(body: Body) -> dict[str, Any]:
    """Return what is said of a Backup policy, {} where nothing is. Raises Invalid."""
    given = body.get("backup_policy")
    if given is None or given == "":
        return {}
    if not isinstance(given, dict):
        raise Invalid("backup_policy must be an object with a plan, an hour and, if weekly, a weekday.")
    asked = {name: given.get(name) for name in ("plan", "hour", "weekday")}
    if isinstance(asked["hour"], str) and (hour := fields.as_id(asked["hour"])) is not None:
        asked["hour"] = hour  # numbers may come as strings
    return backup_policies.settled(backup_policies.policy_of(asked))


def droplet_name(name: Any) -> str:
    """Return ``name`` if a Droplet may be called so; it becomes the host name. Raises Invalid."""
    if not isinstance(name, str) or len(name) > fields.LONGEST_NAME or not NAME.fullmatch(name):
        raise Invalid("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)")
    return name


def _names(body: Body) -> tuple[tuple[str, ...], bool]:
    several = fields.values(body, "names", MOST_NAMES)
    single = body.get("name")
    if several and single:
        raise Invalid("Specify either name or names, not both.")
    if not several and not single:
        raise Invalid("Name can't be blank.")
    return tuple(droplet_name(name) for name in several or [single]), bool(several)


def _refuse_what_is_not_there(body: Body) -> None:
    """Refuse what a user would rely on; silence would cost data or safety."""
    if fields.values(body, "volumes", MOST_VOLUMES):
        raise Invalid("Block storage volumes are not available here.")
    if not fields.boolean(body, "public_networking", default=True):
        raise Invalid("Droplets without public networking are not available here.")
    for name in IGNORED_BOOLEANS:
        fields.boolean(body, name)


def region(body: Body, default: str) -> str:
    """Return the slug of the wanted region; a prefix such as ``nyc`` is enough. Raises Invalid."""
    wanted = fields.text(body, "region")
    if wanted is None:
        return default
    if wanted in REGION_BY_SLUG:
        return wanted
    fitting = [region.slug for region in REGIONS if region.slug.startswith(wanted)]
    if not fitting:
        raise Invalid("You specified an invalid region for Droplet creation.")
    return default if default in fitting else fitting[-1]


def _region_for(image: Image, body: Body, default: str) -> str:
    """Return where a Droplet of ``image`` is to be: as asked, else where its VPC or its Image is.

    Raises Invalid where the Image is not, as it would be with DigitalOcean, and for a VPC of elsewhere.
    """
    vpc_id = fields.text(body, "vpc_uuid")
    vpc = VPC_BY_ID.get(vpc_id or "")
    if vpc_id and vpc is None:
        raise Invalid("You specified an invalid VPC for Droplet creation.")
    home = default if image.public or default in image.regions else image.region
    found = region(body, vpc.region if vpc else home)
    if vpc and vpc.region != found:
        raise Invalid(f"The VPC is in {vpc.region}, not in {found}.")
    if not image.public and found not in image.regions:
        raise Invalid(f"The image is not available in {found}: transfer it there first.")
    return found


def _size(body: Body) -> str:
    size = fields.text(body, "size")
    if size is None:
        raise Invalid("You specified an invalid size for Droplet creation.")
    return size


async def _image(tx: Tx, body: Body) -> Image:
    """Return the Image, given as a number, as digits or as a slug."""
    wanted = body.get("image")
    image_id = fields.as_id(wanted)
    try:
        if image_id is not None:
            return await images.get(tx, image_id)
        return await images.get_by_slug(tx, fields.text(body, "image") or "")
    except (NotFound, Invalid):
        raise Invalid("You specified an invalid image for Droplet creation.") from None


async def _public_keys(tx: Tx, body: Body) -> list[str]:
    given = fields.values(body, "ssh_keys", MOST_KEYS)
    strange = [one for one in given if isinstance(one, bool) or not isinstance(one, int | str)]
    wanted = [identifier(one) for one in given if one not in strange]
    found = await keys.find_many(tx, [one for one in wanted if isinstance(one, str) or _storable(one)])
    missing = strange + [one for one in wanted if one not in found]
    if missing:
        listed = ", ".join(str(one)[:64] for one in missing)
        raise Invalid(f"{listed} are invalid key identifiers for Droplet creation.")
    return list(dict.fromkeys(found[one].public_key for one in wanted))


def _storable(number: int) -> bool:
    return fields.as_id(number) is not None


def _user_data(body: Body) -> str:
    user_data = fields.text(body, "user_data", LONGEST_USER_DATA_BYTES) or ""
    if len(user_data.encode()) > LONGEST_USER_DATA_BYTES:
        raise Invalid("User data must not exceed 64 KiB.")
    if "\0" in user_data:
        raise Invalid("User data must be plain text.")
    return user_data


def tags(body: Body) -> list[str]:
    """Return the wanted tags, each once. Raises Invalid."""
    given = fields.values(body, "tags", MOST_ON_ONE)
    for tag in given:
        if not isinstance(tag, str) or not TAG.fullmatch(tag):
            raise Invalid("Tags may contain letters, numbers, colons, dashes, and underscores only.")
    return list(dict.fromkeys(given))
