"""DigitalOcean's OpenAPI description as a judge of answers, if it lies beside the checkout.

It is not part of the repository. ``judge`` says what is wrong with an answer:
against the schema, and against the promise that /v2 says nothing that DigitalOcean's would not.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from tests.api.overlay import mend

FILE = Path(__file__).parents[3] / "shared" / "digitalocean" / "openapi-droplets.yaml"
METHODS = ("get", "post", "put", "delete", "patch")
TOLERATED = {  # members that answers carry and the description forgets
    "snapshots": {"distribution", "slug", "public", "description", "tags", "status", "error_message"},
    "backups": {"distribution", "slug", "public", "description", "tags", "status", "error_message"},
}


@cache
def description() -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return _nullable(mend(yaml.load(FILE.read_text(), Loader=loader)))


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


def resolve(node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        target: Any = description()
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


def operations() -> Iterator[tuple[str, str, Any]]:
    """Yield (METHOD, path pattern, operation)."""
    for path, item in description()["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


@cache
def find(method: str, path: str) -> tuple[str, Any] | None:
    """Return the operation that a request is for; of several patterns the one with most fixed words."""
    fitting = [
        (pattern.count("{"), pattern, operation)
        for known, pattern, operation in operations()
        if known == method and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), path)
    ]
    return min(fitting, key=lambda one: one[0])[1:] if fitting else None


def judge(method: str, path: str, status: int, body: Any) -> list[str]:
    """Return what is wrong with an answer; [] when nothing is."""
    found = find(method, path)
    if status == 501:  # DigitalOcean offers everything it describes; here the answer still has its shape
        return [] if body and set(body) == {"id", "message", "request_id"} else [f"{body} is no refusal"]
    if found is None:
        return [f"{method} {path} is not in the description"]
    pattern, operation = found
    response = _response(operation, status)
    if response is None:
        return [f"{method} {pattern} does not answer {status}"]
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return [] if body is None else [f"{method} {pattern} answers {status} without a body"]
    errors = [
        f"{error.instance_path}: {error.message}"
        for error in _validator(pattern, method, status).iter_errors(body)
    ]
    return errors + list(_undeclared(schema, body, ""))


def _response(operation: Any, status: int) -> Any:
    responses = operation["responses"]
    declared = responses.get(str(status)) or (responses.get("default") if 400 <= status < 500 else None)
    return resolve(declared)


@cache
def _validator(pattern: str, method: str, status: int) -> Any:
    operation = description()["paths"][pattern][method.lower()]
    schema = _response(operation, status)["content"]["application/json"]["schema"]
    whole = {"allOf": [schema], "components": description()["components"]}
    return jsonschema_rs.Draft4Validator(whole, validate_formats=True)


def _undeclared(schema: Any, value: Any, where: str) -> Iterator[str]:
    schema = resolve(schema)
    if isinstance(value, list):
        for one in value:
            for items in _all(schema, "items"):
                yield from _undeclared(items, one, where)
    if not isinstance(value, dict):
        return
    declared: dict[str, Any] = {}
    for properties in _all(schema, "properties"):
        declared |= properties
    for name, inner in value.items():
        path = f"{where}.{name}".removeprefix(".")
        if name in declared:
            yield from _undeclared(declared[name], inner, path)
        elif declared and name not in TOLERATED.get(where, ()):
            yield f"{path} is not in the description"


def _all(schema: Any, keyword: str) -> Iterator[Any]:
    """Yield every ``keyword`` of a schema and of those it is combined from."""
    schema = resolve(schema)
    if keyword in schema:
        yield schema[keyword]
    for combined in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(combined, ()):
            yield from _all(part, keyword)
