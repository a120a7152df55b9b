"""What a simulation does to Actions."""

from typing import Any

import msgspec

from dew.client.requests import Requests


class Simulation(msgspec.Struct, frozen=True):
    """Seconds by kind of Action, and which Actions fail; "*" stands for all kinds."""

    delays: dict[str, float] = {}
    failures: list[dict[str, Any]] = []


class Simulations(Requests):
    """What the simulation of one Dew does to Actions; a Dew that runs real Droplets refuses."""

    def simulation(self) -> Simulation:
        """Return what happens to Actions."""
        return self._one("GET", "/dew/v1/simulate", "simulation", Simulation)

    def change_simulation(
        self, delays: dict[str, float], failures: list[dict[str, Any]], seed: int | None = None
    ) -> Simulation:
        """Have this happen from now on, instead of what did."""
        body = {"delays": delays, "failures": failures, "seed": seed}
        return self._one("PUT", "/dew/v1/simulate", "simulation", Simulation, body)
