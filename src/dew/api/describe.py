"""The OpenAPI description of everything under /v2 and /dew/v1: ``python -m dew.api.describe`` prints it, and
description.py serves it.

It is written from what each route says of itself (operation.py) and from the shapes in wire/, which mypy
holds to the code; the API's tests hold every answer to it. Types of other languages are generated from it.
"""

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NotRequired, Required, get_args, get_origin, is_typeddict

import msgspec

from dew import __version__
from dew.api.answers import Error
from dew.api.nouns import NOUNS, OWN_NOUNS
from dew.api.operation import JSON, Operation, Shape, Types, operation_of
from dew.api.parts import DIGITALOCEAN, OWN
from dew.api.routing import MethodRoute
from dew.model.errors import Broken

Json = dict[str, Any]
COMPONENT = "#/components/schemas/{name}"
JSON_TYPES = {str: "string", int: "integer", bool: "boolean", type(None): "null"}


class Schemas:
    """The JSON Schemas of shapes; those that have a name are told once, as components."""

    def __init__(self) -> None:
        self.components: Json = {}

    def of(self, shape: Shape) -> Json:
        """Return the schema of a Shape. Raises Broken when two TypedDicts have one name."""
        if isinstance(shape, tuple):
            return {"anyOf": [self.of(one) for one in shape]}
        if isinstance(shape, Mapping):
            return self._members(shape)
        (schema,), named = msgspec.json.schema_components([shape], ref_template=COMPONENT)
        described: Json = _typed(schema)
        for name, component in _typed(named).items():
            if self.components.setdefault(name, component) != component:
                raise Broken(f"Two shapes are called {name}: give one of them another name.")
        return described

    def _members(self, shape: Types) -> Json:
        properties = {name: self.of(_unmarked(type_)) for name, type_ in shape.items()}
        return {"type": "object", "properties": properties, "required": _required_members(shape)}


def _typed(node: Any) -> Any:
    """Return a schema that says of each enumeration what it is of: msgspec does not, generators ask."""
    if isinstance(node, list):
        return [_typed(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "enum" in node:
        node = {"type": _type_of(node["enum"]), **node}
    return {key: value if key == "enum" else _typed(value) for key, value in node.items()}


def _type_of(values: Sequence[Any]) -> str | list[str]:
    """Return what JSON calls the values' type; of several, all."""
    found = sorted({JSON_TYPES[type(value)] for value in values})
    return found if len(found) > 1 else found[0]


def document() -> Json:
    """Return the description. Raises Broken for a route that says nothing of itself."""
    schemas = Schemas()
    paths: Json = {}
    for path, route in routes():
        for method in sorted(route.methods or ()):
            paths.setdefault(path, {})[method.lower()] = _operation(schemas, method, path, route)
    failed = {"description": "What went wrong", "content": {JSON: {"schema": schemas.of(Error)}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Dew", "version": __version__},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.components.items())),
            "responses": {"Error": failed},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def routes() -> Iterator[tuple[str, MethodRoute]]:
    """Yield (path, route) of everything that needs a token."""
    for prefix, nouns in ((DIGITALOCEAN, NOUNS), (OWN, OWN_NOUNS)):
        for noun in nouns:
            for route in noun.router.answering(prefix):  # of WebSockets OpenAPI has no notion
                yield route.path, route


def _operation(schemas: Schemas, method: str, path: str, route: MethodRoute) -> Json:
    said = operation_of(route.endpoint)
    if said is None:
        raise Broken(f"{method} {path} is not described: CONTRIBUTING.md says how it is.")
    noun = route.endpoint.__module__.removeprefix("dew.api.").replace(".", "_")
    name = route.endpoint.__name__
    return {
        "operationId": f"{noun}_{name}" + ("_head" if method == "HEAD" else ""),
        "tags": [noun],
        "summary": name.replace("_", " ").capitalize(),
        "description": inspect.getdoc(route.endpoint) or "",
        "parameters": list(_parameters(schemas, path, said)),
        **_request_body(schemas, said),
        "responses": {
            **{str(status): _success(schemas, method, said) for status in said.statuses},
            "default": {"$ref": "#/components/responses/Error"},
        },
    }


def _parameters(schemas: Schemas, path: str, said: Operation) -> Iterator[Json]:
    in_path = {
        name: said.path.get(name, int if name.endswith("_id") else str)
        for name in re.findall(r"\{(\w+)\}", path)
    }
    for place, types in (("path", in_path), ("query", said.query), ("header", said.headers)):
        for name, type_ in types.items():
            required = place == "path" or _is_marked(type_, Required)
            schema = schemas.of(_unmarked(type_))
            yield {"name": name, "in": place, "required": required, "schema": schema}


def _request_body(schemas: Schemas, said: Operation) -> Json:
    if said.body is None:
        return {}
    content = {said.body_media_type: {"schema": schemas.of(said.body)}}
    return {"requestBody": {"required": _required(said.body), "content": content}}


def _required(body: Shape) -> bool:
    """Whether a body without members would not do."""
    if isinstance(body, tuple):
        return all(_required(one) for one in body)
    if isinstance(body, Mapping):
        return bool(_required_members(body))
    return not is_typeddict(body) or bool(body.__required_keys__)


def _required_members(shape: Types) -> list[str]:
    return [name for name, type_ in shape.items() if not _is_marked(type_, NotRequired)]


def _is_marked(type_: Any, mark: Any) -> bool:
    origin: Any = get_origin(type_)
    return origin is mark


def _unmarked(type_: Any) -> Any:
    marked = _is_marked(type_, Required) or _is_marked(type_, NotRequired)
    return get_args(type_)[0] if marked else type_


def _success(schemas: Schemas, method: str, said: Operation) -> Json:
    if said.answer is None or method == "HEAD":
        return {"description": "Done"}
    return {"description": "Done", "content": {said.media_type: {"schema": schemas.of(said.answer)}}}


if __name__ == "__main__":
    print(json.dumps(document(), indent=2))
