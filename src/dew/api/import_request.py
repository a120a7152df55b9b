"""What a client asks for when it wants a custom Image: DigitalOcean's members, and an upload for the URL."""

from datetime import UTC, datetime
from typing import Any, NotRequired, TypedDict

from dew.actions.kind import Request
from dew.api import fields
from dew.api.create_request import region, tags
from dew.api.fields import Body
from dew.api.wire.units import Instant
from dew.model.errors import Invalid
from dew.model.image import Consistency
from dew.streams.exports import EXPORT_FORMAT, EXPORT_VERSION

LONGEST_URL = 2048
LONGEST_DISTRIBUTION = 32
LONGEST_DESCRIPTION = 1024


class _About(TypedDict):
    name: str
    region: NotRequired[str | None]
    distribution: NotRequired[str | None]
    description: NotRequired[str | None]
    tags: NotRequired[list[str] | None]


class ImageFromUrl(_About):
    """A custom Image of the file that a URL gives."""

    url: str


class ImageFromUpload(_About):
    """A custom Image of a file that was uploaded."""

    upload_id: int


class SnapshotFromUpload(TypedDict):
    """A Snapshot of a file that was uploaded, with what the manifest of its export says."""

    upload_id: int
    format: str
    format_version: int
    name: str
    consistency: NotRequired[Consistency | None]
    distribution: NotRequired[str | None]
    created_at: Instant


def from_url(body: Body, default_region: str) -> Request:
    """Return the request for an Image of what a URL gives. Raises Invalid."""
    url = fields.text(body, "url", LONGEST_URL)
    if url is None:
        raise Invalid("Url can't be blank.")
    return _request(body, default_region, url=url)


def from_upload(body: Body, default_region: str) -> Request:
    """Return the request for an Image of an upload. Raises Invalid."""
    upload_id = fields.as_id(body.get("upload_id"))
    if upload_id is None:
        raise Invalid("upload_id must be the id of an upload.")
    return _request(body, default_region, upload=upload_id)


def snapshot(body: Body, default_region: str) -> Request:
    """Return the request for a Snapshot of an upload, with what its manifest says of it. Raises Invalid."""
    if body.get("format") != EXPORT_FORMAT or body.get("format_version") != EXPORT_VERSION:
        raise Invalid(f"The manifest must be of format {EXPORT_FORMAT}, version {EXPORT_VERSION}.")
    upload_id = fields.as_id(body.get("upload_id"))
    if upload_id is None:
        raise Invalid("upload_id must be the id of an upload.")
    told = {
        "name": fields.required_label(body, "name"),
        "consistency": _consistency(body),
        "distribution": fields.text(body, "distribution", LONGEST_DISTRIBUTION) or "Unknown",
        "created_at": _instant(body, "created_at"),
        "region": default_region,
    }
    return Request("import_snapshot", None, {**told, "upload": upload_id})


def _consistency(body: Body) -> str | None:
    told = fields.text(body, "consistency")
    if told is not None and told not in set(Consistency):
        raise Invalid(f"consistency must be one of {', '.join(Consistency)}.")
    return told


def _instant(body: Body, name: str) -> str:
    """Return an instant, as text that is one, not later than now: the clock there may go fast."""
    try:
        told = datetime.fromisoformat(str(body.get(name)))
        return min(told.astimezone(UTC), datetime.now(UTC)).isoformat()
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{name} must be an instant such as 2024-05-01T12:00:00Z.") from error


def description(body: Body) -> dict[str, str]:
    """Return what the body says of an Image for people, of distribution and description. Raises Invalid."""
    said = {
        "distribution": _distribution(body),
        "description": fields.text(body, "description", LONGEST_DESCRIPTION),
    }
    return {name: value for name, value in said.items() if value is not None}


def _distribution(body: Body) -> str | None:
    name = fields.label(body, "distribution")
    if name is not None and len(name) > LONGEST_DISTRIBUTION:
        raise Invalid(f"distribution must have at most {LONGEST_DISTRIBUTION} characters.")
    return name


def _request(body: Body, default_region: str, **source: Any) -> Request:
    told = {"name": fields.required_label(body, "name"), "region": region(body, default_region)}
    return Request("import_image", None, {**told, "tags": tags(body), **description(body), **source})
