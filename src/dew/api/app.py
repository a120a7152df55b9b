"""The app: routes, and the layers that every request passes on its way to them."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

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


def create_app(parts: ApiParts) -> FastAPI:
    """Return the app that answers for ``parts``."""
    measured = metrics.Metrics()
    app = FastAPI(
        title="Dew",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        middleware=_layers(parts, measured),
        exception_handlers={HTTPException: _answer_http},
    )
    app.state.parts, app.state.metrics, app.state.open_streams = parts, measured, set()
    app.state.guesses, app.state.kept_droplets = Guesses(), KeptDroplets(parts.database.changes)
    for noun in NOUNS:
        app.include_router(noun.router, prefix=DIGITALOCEAN)
    for noun in OWN_NOUNS:
        app.include_router(noun.router, prefix=OWN)
    app.include_router(refused.router, prefix=DIGITALOCEAN)  # what no noun answers
    app.include_router(oauth.router)
    for open_to_all in (health, metrics, description):
        app.include_router(open_to_all.router)
    panel.serve(app, parts.panel)
    return app


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
