"""An OpenAPI description as a judge of answers: they fit its schemas, and say nothing beyond them."""

import re
from collections.abc import Iterator, Mapping, Set
from functools import cached_property
from typing import Any

METHODS = ("get", "head", "post", "put", "delete", "patch")


class Description:
    """One description. ``tolerated`` are the members that answers carry at a place and it forgets."""

    def __init__(
        self, document: Any, validator: Any, tolerated: Mapping[str, Set[str]] | None = None
    ) -> None:
        self.document = document
        self._validator = validator
        self._tolerated = tolerated or {}
        self._validators: dict[int, Any] = {}  # by the identity of a schema, which is a part of the document

    @cached_property
    def operations(self) -> list[tuple[str, str, Any]]:
        """(METHOD, path pattern, operation)."""
        paths = self.document["paths"].items()
        return [
            (method.upper(), path, item[method])
            for path, item in paths
            for method in METHODS
            if method in item
        ]

    def find(self, method: str, path: str) -> tuple[str, Any] | None:
        """Return the operation that a request is for; of several patterns the one with most fixed words."""
        fitting = [
            (pattern.count("{"), pattern, operation)
            for known, pattern, operation in self.operations
            if known == method and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), path)
        ]
        return min(fitting, key=lambda one: one[0])[1:] if fitting else None

    def judge(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Return what is wrong with an answer in JSON; [] when nothing is."""
        found = self.find(method, path)
        if found is None:
            return [f"{method} {path} is not in the description"]
        pattern, operation = found
        response = self._response(operation, status)
        if response is None:
            return [f"{method} {pattern} does not answer {status}"]
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        if schema is None or method == "HEAD":
            return [] if body is None else [f"{method} {pattern} answers {status} without a body"]
        return self.faults(schema, body)

    def faults(self, schema: Any, value: Any) -> list[str]:
        """Return where ``value`` departs from a schema of this description."""
        errors = self._validator_of(schema).iter_errors(value)
        return [f"{error.instance_path}: {error.message}" for error in errors] + list(
            self._undeclared(schema, value, "")
        )

    def members(self, schema: Any) -> dict[str, Any]:
        """Return the schemas of all members that an object may have by this schema."""
        return {
            name: one for properties in self._all(schema, "properties") for name, one in properties.items()
        }

    def resolve(self, node: Any) -> Any:
        """Return what a reference leads to."""
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for name in node["$ref"].removeprefix("#/").split("/"):
                target = target[name]
            node = target
        return node

    def _response(self, operation: Any, status: int) -> Any:
        responses = operation["responses"]
        return self.resolve(
            responses.get(str(status)) or (responses.get("default") if 400 <= status < 600 else None)
        )

    def _validator_of(self, schema: Any) -> Any:
        if id(schema) not in self._validators:
            whole = {"allOf": [schema], "components": self.document["components"]}
            self._validators[id(schema)] = self._validator(whole, validate_formats=True)
        return self._validators[id(schema)]

    def _undeclared(self, schema: Any, value: Any, where: str) -> Iterator[str]:
        schema = self.resolve(schema)
        if isinstance(value, list):
            for one in value:
                for items in self._all(schema, "items"):
                    yield from self._undeclared(items, one, where)
        if not isinstance(value, dict):
            return
        declared = self.members(schema)
        for name, inner in value.items():
            path = f"{where}.{name}".removeprefix(".")
            if name in declared:
                yield from self._undeclared(declared[name], inner, path)
            elif declared and name not in self._tolerated.get(where, ()):
                yield f"{path} is not in the description"

    def _all(self, schema: Any, keyword: str) -> Iterator[Any]:
        """Yield every ``keyword`` of a schema and of those it is combined from."""
        schema = self.resolve(schema)
        if keyword in schema:
            yield schema[keyword]
        for combined in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(combined, ()):
                yield from self._all(part, keyword)
