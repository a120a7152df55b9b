"""What the doctor found."""

from typing import Annotated, Literal, TypedDict

from msgspec import Meta


class Finding(TypedDict):
    """One thing that was looked at; ``dew doctor --json`` tells it in the same shape."""

    name: str
    ok: Annotated[Literal["ok", "warn", "fail"], Meta(description="fail: no Droplet runs until it is mended")]
    found: str
    advice: Annotated[str, Meta(description="what to do; empty where there is nothing to do")]
