"""DigitalOcean's OpenAPI description as a judge of answers, if it lies beside the checkout.

It is not part of the repository. ``judge`` says what is wrong with an answer:
against the schema, and against the promise that /v2 says nothing that DigitalOcean's would not.
"""

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from tests.api.judging import Description
from tests.api.overlay import mend

FILE = Path(__file__).parents[3] / "shared" / "digitalocean" / "openapi-droplets.yaml"
TOLERATED = {  # members that answers carry and the description forgets
    "snapshots": {"distribution", "slug", "public", "description", "tags", "status", "error_message"},
    "backups": {"distribution", "slug", "public", "description", "tags", "status", "error_message"},
}


@cache
def description() -> Description:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = _nullable(mend(yaml.load(FILE.read_text(), Loader=loader)))
    return Description(document, jsonschema_rs.Draft4Validator, TOLERATED)


def _nullable(node: Any) -> Any:
    """Say ``nullable`` as JSON Schema does."""
    if isinstance(node, list):
        return [_nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {key: _nullable(value) for key, value in node.items() if key not in ("example", "examples")}
    if node.get("nullable") is True and isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
    return node


def judge(method: str, path: str, status: int, body: Any) -> list[str]:
    """Return what is wrong with an answer; [] when nothing is."""
    if status == 501:  # DigitalOcean offers everything it describes; here the answer still has its shape
        return [] if body and set(body) == {"id", "message", "request_id"} else [f"{body} is no refusal"]
    return description().judge(method, path, status, body)


def find(method: str, path: str) -> tuple[str, Any] | None:
    """Return the path pattern and the operation that a request is for."""
    return description().find(method, path)


def operations() -> list[tuple[str, str, Any]]:
    """Return (METHOD, path pattern, operation) of each."""
    return description().operations
