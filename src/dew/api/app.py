"""The app: routes, and the layers that every request passes on its way to them."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from dew.api import (
    account,
    actions,
    associated,
    backups,
    billing,
    droplet_actions,
    droplets,
    events,
    health,
    image_actions,
    images,
    keys,
    metrics,
    monitoring,
    not_offered,
    oauth,
    panel,
    projects,
    refused,
    regions,
    sizes,
    snapshots,
    tags,
    vpcs,
)
from dew.api.door import Door
from dew.api.errors import answer_for
from dew.api.guard import Guard
from dew.api.limits import Guesses
from dew.api.own import actions as own_actions
from dew.api.own import backups as own_backups
from dew.api.own import consoles as own_consoles
from dew.api.own import costs as own_costs
from dew.api.own import daemon as own_daemon
from dew.api.own import doctor as own_doctor
from dew.api.own import droplets as own_droplets
from dew.api.own import exports as own_exports
from dew.api.own import histories as own_histories
from dew.api.own import images as own_images
from dew.api.own import metrics as own_metrics
from dew.api.own import overviews as own_overviews
from dew.api.own import ports as own_ports
from dew.api.own import session as own_session
from dew.api.own import simulate as own_simulate
from dew.api.own import sizes as own_sizes
from dew.api.own import snapshots as own_snapshots
from dew.api.own import storage as own_storage
from dew.api.own import store as own_store
from dew.api.own import tokens as own_tokens
from dew.api.own import uploads as own_uploads
from dew.api.parts import DIGITALOCEAN, OWN, ApiParts

NOUNS = (
    account,
    keys,
    sizes,
    regions,
    backups,
    billing,
    droplet_actions,
    associated,
    images,
    image_actions,
    snapshots,
    actions,
    tags,
    projects,
    vpcs,
    monitoring,
    not_offered,
    droplets,  # last: of the others some lie below its own paths
)
OWN_NOUNS = (
    own_daemon,
    events,
    own_actions,
    own_overviews,
    own_droplets,
    own_consoles,
    own_ports,
    own_snapshots,
    own_backups,
    own_costs,
    own_exports,
    own_images,
    own_uploads,
    own_tokens,
    own_session,
    own_store,
    own_sizes,
    own_simulate,
    own_histories,
    own_metrics,
    own_storage,
    own_doctor,
)
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
    app.state.guesses = Guesses()
    for noun in NOUNS:
        app.include_router(noun.router, prefix=DIGITALOCEAN)
    for noun in OWN_NOUNS:
        app.include_router(noun.router, prefix=OWN)
    app.include_router(refused.router, prefix=DIGITALOCEAN)  # what no noun answers
    app.include_router(oauth.router)
    for open_to_all in (health, metrics):
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
            allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=("*",),
            allow_credentials=False,
            expose_headers=READABLE_HEADERS,
        ),
        Middleware(Guard, parts=parts),
    ]


async def _answer_http(request: Request, error: Exception) -> Response:
    return answer_for(error, request.scope["state"]["request_id"])
