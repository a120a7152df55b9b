"""What a simulation does to Actions."""

from typing import Annotated, TypedDict

from msgspec import Meta

from dew.actions.simulation import Simulation as SimulationModel


class SimulatedFailure(TypedDict):
    """Which Actions fail: of a kind, of a Droplet, the next so many of them, a part of them at random."""

    kind: Annotated[str, Meta(description="* stands for all")]
    droplet_id: Annotated[int | None, Meta(description="null stands for all")]
    times: Annotated[int | None, Meta(description="how many are still to fail; null: for ever")]
    rate: Annotated[float, Meta(description="which part of them, from 0 to 1")]
    message: Annotated[str, Meta(description="what they say why")]


class Simulation(TypedDict):
    """What a simulation does to Actions from now on."""

    delays: Annotated[dict[str, float], Meta(description="seconds by kind; * stands for all others")]
    failures: list[SimulatedFailure]


def simulation(simulation: SimulationModel) -> Simulation:
    """What was asked for, and what is left of it."""
    return {
        "delays": dict(simulation.delays),
        "failures": [
            {
                "kind": failure.kind,
                "droplet_id": failure.droplet_id,
                "times": failure.times,
                "rate": failure.rate,
                "message": failure.message,
            }
            for failure in simulation.failures
        ],
    }
