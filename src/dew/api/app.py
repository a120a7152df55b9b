"""The app: routes, and the layers that every request passes on its way to them."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from dew.api import description, health, metrics, oauth, panel, refused
from dew.api.door import Door
from dew.api.errors import answer_for
from dew.api.guard import Guard
from dew.api.kept_droplets import KeptDroplets
from dew.api.limits import Guesses
from dew.api.nouns import NOUNS, OWN_NOUNS
from dew.api.parts import DIGITALOCEAN, OWN, ApiParts

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
READABLE_HEADERS = (
    "x-request-id",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "upload-offset",
)


def create_app(parts: ApiParts) -> Starlette:
    """Return the app that answers for ``parts``."""
    measured = metrics.Metrics()
    app = Starlette(
        routes=_routes(),
        middleware=_layers(parts, measured),
        exception_handlers={HTTPException: _answer_http},
    )
    app.router.redirect_slashes = False
    app.state.parts, app.state.metrics, app.state.open_streams = parts, measured, set()
    app.state.guesses, app.state.kept_droplets = Guesses(), KeptDroplets(parts.database.changes)
    panel.serve(app, parts.panel)
    return app


def _routes() -> list[BaseRoute]:
    """Return all routes; of several that match, the first answers."""
    routes = [route for noun in NOUNS for route in noun.router.below(DIGITALOCEAN)]
    routes += [route for noun in OWN_NOUNS for route in noun.router.below(OWN)]
    routes += refused.router.below(DIGITALOCEAN)  # what no noun answers
    for without_token in (oauth, health, metrics, description):
        routes += without_token.router.below()
    return routes


def _layers(parts: ApiParts, measured: metrics.Metrics) -> list[Middleware]:
    """Outermost first. The guard is inside CORS, so that a browser's script can read why it was refused."""
    settings = parts.settings
    return [
        Middleware(
            Door,
            allowed_hosts=settings.allowed_hosts,
            any_address=settings.any_address,
            observe=measured.observe,
        ),
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=METHODS,
            allow_headers=("*",),
            allow_credentials=False,
            expose_headers=READABLE_HEADERS,
        ),
        Middleware(Guard, parts=parts),
    ]


async def _answer_http(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        error.headers = {"allow": ", ".join(_allowed(request))}
    return answer_for(error, request.scope["state"]["request_id"])


def _allowed(request: Request) -> list[str]:
    """Return the methods that there are routes for: each route knows only its own."""
    asked = [{**request.scope, "method": method} for method in METHODS]
    routes = request.app.routes
    return [one["method"] for one in asked if any(route.matches(one)[0] is Match.FULL for route in routes)]
