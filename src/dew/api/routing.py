"""Routes, each written beside the function that answers it: Starlette's, with a decorator for each method."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route, WebSocketRoute
from starlette.types import Scope
from starlette.websockets import WebSocket

Handler = Callable[[Request], Awaitable[Response]]
Answering = TypeVar("Answering", bound=Handler)
Talking = TypeVar("Talking", bound=Callable[[WebSocket], Awaitable[None]])


class MethodRoute(Route):
    """A route for just the methods that were said; the request's scope knows which it is."""

    def __init__(self, path: str, endpoint: Handler, methods: Collection[str]) -> None:
        super().__init__(path, endpoint, methods=[*methods])
        self.methods = {*methods}  # without the HEAD that comes with each GET

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        return match, {**child, "route": self}


class Router:
    """The routes of one noun, whose paths all begin with ``prefix``."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._handlers: list[tuple[str, Handler, Collection[str]]] = []
        self._talkers: list[tuple[str, Callable[[WebSocket], Awaitable[None]]]] = []

    def add(self, path: str, handler: Handler, methods: Collection[str] = ("GET",)) -> None:
        """Have ``handler`` answer at a path."""
        self._handlers.append((self._prefix + path, handler, methods))

    def at(self, path: str, *methods: str) -> Callable[[Answering], Answering]:
        """Have the function below answer these methods."""

        def note(handler: Answering) -> Answering:
            self.add(path, handler, methods)
            return handler

        return note

    def get(self, path: str) -> Callable[[Answering], Answering]:
        return self.at(path, "GET")

    def post(self, path: str) -> Callable[[Answering], Answering]:
        return self.at(path, "POST")

    def put(self, path: str) -> Callable[[Answering], Answering]:
        return self.at(path, "PUT")

    def patch(self, path: str) -> Callable[[Answering], Answering]:
        return self.at(path, "PATCH")

    def delete(self, path: str) -> Callable[[Answering], Answering]:
        return self.at(path, "DELETE")

    def websocket(self, path: str) -> Callable[[Talking], Talking]:
        """Have the function below talk with who connects."""

        def note(talker: Talking) -> Talking:
            self._talkers.append((self._prefix + path, talker))
            return talker

        return note

    def below(self, prefix: str = "") -> Sequence[BaseRoute]:
        """Return the routes, their paths below ``prefix``."""
        return [
            *self.answering(prefix),
            *(WebSocketRoute(prefix + path, talk) for path, talk in self._talkers),
        ]

    def answering(self, prefix: str = "") -> Sequence[MethodRoute]:
        """Return those that answer requests."""
        return [MethodRoute(prefix + path, handler, methods) for path, handler, methods in self._handlers]
