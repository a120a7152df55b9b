"""What simulated Actions take and which of them fail. Only a dewd that simulates does as it is told."""

import math
from typing import Any, NotRequired, TypedDict

from starlette.requests import Request
from starlette.responses import Response

from dew.actions.catalogue import KINDS
from dew.actions.simulation import ANY, MESSAGE, Failure, Simulation
from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.fields import Body
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.model.errors import Conflict, Invalid

MOST_FAILURES = 100
MAXIMUM_DELAY_SECONDS = 3600.0
NAMES = frozenset(kind.name for kind in KINDS)
NEVER_FAIL = frozenset(kind.name for kind in KINDS if kind.pivot_at_acceptance)

router = Router(prefix="/simulate")


class WantedFailure(TypedDict, total=False):
    """Which Actions fail: of a kind, of a Droplet, the next so many of them, a part of them at random."""

    kind: str
    droplet_id: int | None
    times: int | None
    rate: float
    message: str


class WantedSimulation(TypedDict):
    """What is to happen from now on; what is left out does not."""

    delays: NotRequired[dict[str, float]]
    failures: NotRequired[list[WantedFailure]]
    seed: NotRequired[int | None]


@router.get("")
@described({"simulation": wire.Simulation})
async def get_simulation(request: Request) -> Response:
    return answer({"simulation": wire.simulation(_simulation(request))})


@router.put("")
@described({"simulation": wire.Simulation}, body=WantedSimulation)
async def change_simulation(request: Request) -> Response:
    simulation, body = _simulation(request), await fields.read_object(request)
    failures = [_failure(given) for given in fields.values(body, "failures", MOST_FAILURES)]
    simulation.ask(_delays(body), failures, _number(body, "seed"))
    return answer({"simulation": wire.simulation(simulation)})


def _simulation(request: Request) -> Simulation:
    simulation = parts_of(request).simulation
    if simulation is None:
        raise Conflict("This dewd runs real Droplets: start one that simulates with dew up --simulate.")
    return simulation


def _delays(body: Body) -> dict[str, float]:
    given = body.get("delays") or {}
    if not isinstance(given, dict):
        raise Invalid("delays must be an object of seconds by kind of Action.")
    return {_kind(kind): _seconds(kind, seconds) for kind, seconds in given.items()}


def _seconds(kind: str, given: Any) -> float:
    number = isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)
    if not number or not 0 <= given <= MAXIMUM_DELAY_SECONDS:
        raise Invalid(f"The delay of {kind} must be from 0 to {MAXIMUM_DELAY_SECONDS:.0f} seconds.")
    return float(given)


def _failure(given: Any) -> Failure:
    if not isinstance(given, dict):
        raise Invalid("Each of failures must be an object.")
    kind = _kind(given.get("kind") or ANY)
    if kind in NEVER_FAIL:
        raise Invalid(f"{kind} can't fail: once it is accepted, what it deletes is gone.")
    return Failure(
        kind=kind,
        droplet_id=_number(given, "droplet_id"),
        times=_number(given, "times"),
        rate=_rate(given),
        message=fields.label(given, "message") or MESSAGE,
    )


def _kind(given: Any) -> str:
    if not isinstance(given, str) or given not in {ANY, *NAMES}:
        raise Invalid(f"There are no Actions of kind {given!r}; there are {', '.join(sorted(NAMES))}.")
    return str(given)


def _rate(given: Body) -> float:
    rate = given.get("rate", 1.0)
    if not isinstance(rate, int | float) or isinstance(rate, bool) or not 0 <= rate <= 1:
        raise Invalid("rate must be a number from 0 to 1.")
    return float(rate)


def _number(body: Body, name: str) -> int | None:
    given = body.get(name)
    number = fields.as_id(given)
    if given is not None and number is None:
        raise Invalid(f"{name} must be a whole number of at least 0.")
    return number
