"""How soon the command and a simulation are there."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench.processes import processor_seconds
from bench.report import Targets, ratio, timed

CHECKOUT = Path(__file__).parents[1]
DEW = Path(sys.executable).with_name("dew")
RUNS = 7
UP_SECONDS = 1.0  # of a simulation, from the command to its answer
LAUNCHER_SECONDS = 0.05  # that ./dew may take before the command begins


def measure(scratch: Path, targets: Targets) -> None:
    """Print how long commands take, the one among them that starts a simulation."""
    print("\nCommands, and a simulated dewd from `dew up` to its first answer")
    environment = {**os.environ, "DEW_DATA": str(scratch / "starts"), "DEW_LISTEN": "127.0.0.1:0"}

    def run(*words: str, program: Path = DEW) -> None:
        subprocess.run([program, *words], env=environment, stdout=subprocess.DEVNULL, check=True)

    processor: list[float] = []

    def down(_run: int) -> None:
        dewd = json.loads((scratch / "starts/dewd.pid").read_text())["pid"]
        processor.append(processor_seconds(dewd))
        run("down")

    disk = timed("dew up --simulate", RUNS, lambda _: run("up", "--simulate"), after=down)
    memory = timed("dew up --memory", RUNS, lambda _: run("up", "--memory"), after=down)
    for up in (disk, memory):
        print(f"  {up}")
        targets.hold(up.name, up.median, UP_SECONDS, "s")
    print(f"    of a core, dewd took {statistics.median(processor):.2f} s until then")
    version = timed("dew --version", RUNS, lambda _: run("--version"))
    launched = timed("./dew --version", RUNS, lambda _: run("--version", program=CHECKOUT / "dew"))
    run("up", "--memory")
    listing = timed("dew droplet list", RUNS, lambda _: run("droplet", "list"))
    run("down")
    for figure in (version, launched, listing):
        print(f"  {figure}")
    print(ratio(launched, version))
    targets.hold("what ./dew adds", launched.median - version.median, LAUNCHER_SECONDS, "s")
