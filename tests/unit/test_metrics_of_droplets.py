"""What a Droplet used is told as it was, and nothing is made up where nothing was measured."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.crash.machine import Life, life_with_a_droplet

from dew.compute.meter import Meter, Traffic
from dew.database import droplets
from dew.model.errors import MonitorLost
from dew.streams.metrics import HOUR_SECONDS, DropletMetrics, Rates, Series
from dew.streams.rings import Ring

BEGAN = 1_700_000_100.0  # where a step of five minutes begins
ID = 1
NOTHING_YET = Meter("a", 0.0, 1 << 20, 0, 0, 0, 0)


def points(series: Series, seconds: float = HOUR_SECONDS) -> list[tuple[int, Rates]]:
    return [(at, Rates(*values)) for at, values in series.ring(seconds).between(BEGAN, BEGAN + 86400)]


def put(series: Series, *meters: Meter, every_seconds: float = 15.0, vcpus: int = 2) -> None:
    for number, meter in enumerate(meters):
        series.put(BEGAN + number * every_seconds, number * every_seconds, meter, vcpus)


def test_rates_are_what_was_used_between_two_looks() -> None:
    series = Series()
    used = Meter("a", 15.0, 2 << 20, 1500, 3000, 30, 45)
    put(series, NOTHING_YET, used)
    (_, first), (at, second) = points(series)
    assert first == Rates(None, 1 << 20), "there is nothing to compare the first with"
    assert at == BEGAN + 15
    assert second[:6] == (50.0, 2 << 20, 100.0, 200.0, 2.0, 3.0)


def test_another_process_is_not_compared_with_the_one_before_it() -> None:
    series = Series()
    put(series, replace(NOTHING_YET, cpu_seconds=100.0), replace(NOTHING_YET, process="b", cpu_seconds=1.0))
    assert points(series)[1][1] == Rates(None, 1 << 20)


def test_qemus_own_work_makes_no_processor_busier_than_it_can_be() -> None:
    series = Series()
    put(series, NOTHING_YET, replace(NOTHING_YET, cpu_seconds=31.0))
    assert points(series)[1][1].cpu_percent == 100.0


def test_between_two_answers_of_the_guest_its_network_is_as_it_was() -> None:
    series = Series()
    told = [Traffic(0, 1000, 0), Traffic(0, 1000, 0), Traffic(60, 7000, 600), Traffic(60, 7000, 600)]
    put(series, *(replace(NOTHING_YET, traffic=traffic) for traffic in told))
    network = [(rates[6], rates[7]) for _, rates in points(series)]
    assert network == [(None, None), (None, None), (100, 10), (100, 10)]


def test_a_guest_that_was_rebooted_or_fell_silent_has_no_network_until_it_tells_again() -> None:
    series = Series()
    told = [Traffic(0, 1000, 0), Traffic(60, 50, 5), None, Traffic(180, 100, 5), Traffic(240, 700, 5)]
    put(series, *(replace(NOTHING_YET, traffic=traffic) for traffic in told))
    assert [rates[6] for _, rates in points(series)] == [None, None, None, None, 10.0]


def test_an_hour_is_kept_finely_and_a_day_as_the_mean_of_five_minutes() -> None:
    series = Series()
    busy_seconds = 0.0
    meters = []
    for number in range(3 * HOUR_SECONDS // 15):
        busy_seconds += 3.0 if number % 2 else 6.0  # of 30 that two processors have
        meters.append(replace(NOTHING_YET, cpu_seconds=busy_seconds))
    put(series, *meters)
    fine, coarse = points(series), points(series, 2 * HOUR_SECONDS)
    assert (len(fine), len(coarse)) == (240, 36)
    assert fine[0][0] == BEGAN + 2 * HOUR_SECONDS
    assert {round(rates.cpu_percent or 0) for _, rates in fine} == {10, 20}
    assert {round(rates.cpu_percent or 0) for _, rates in coarse[1:]} == {15}


def test_a_step_without_a_look_is_left_out_and_what_is_older_than_the_ring_is_gone() -> None:
    ring = Ring(10, 3, 1)
    for at in (0, 10, 30, 40):
        ring.put(at, (float(at),))
    assert list(ring.between(0, 100)) == [(30, (30.0,)), (40, (40.0,))]
    assert list(ring.between(35, 40)) == [(40, (40.0,))]
    assert list(ring.between(10**17, 10**17)) == list(ring.between(0, 5)) == []


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with life_with_a_droplet(tmp_path) as living:
        yield living


async def test_only_droplets_that_run_are_measured_and_those_that_are_gone_forgotten(life: Life) -> None:
    now = BEGAN
    metrics = DropletMetrics(life.database, life.host, clock=lambda: now, monotonic=lambda: now)

    async def measured() -> int:
        nonlocal now
        now += 15
        await metrics.sample()
        return len(list(metrics.points(ID, BEGAN, now)[1]))

    assert [await measured(), await measured()] == [1, 2]
    life.host.guest_crashes(ID)
    assert await measured() == 2, "a gap is left where nothing ran"
    async with life.database.write() as tx:
        await droplets.mark_gone(tx, ID, datetime.now(UTC))
    assert await measured() == 0


async def test_a_guest_that_does_not_answer_keeps_no_other_from_being_measured(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(_: int) -> None:
        raise MonitorLost("it hangs")

    metrics = DropletMetrics(life.database, life.host)
    monkeypatch.setattr(life.host, "metrics", lost)
    await metrics.sample()
    assert list(metrics.points(ID, 0, BEGAN * 2)[1]) == []


async def test_the_last_hour_is_the_fine_one_although_time_passes_while_one_asks(life: Life) -> None:
    times = iter(BEGAN + number / 1000 for number in range(1000))
    metrics = DropletMetrics(life.database, life.host, clock=lambda: next(times))
    assert (metrics.latest(ID, HOUR_SECONDS)[0], metrics.latest(ID, 24 * HOUR_SECONDS)[0]) == (15, 300)
