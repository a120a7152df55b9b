"""Every operation of DigitalOcean's description is answered or refused with 501, and the page tells which."""

import re

import pytest

from tests.api import coverage, description
from tests.api.house import House
from tests.api.test_answers_fit_digitaloceans_description import CLAIMED

described = pytest.mark.skipif(
    not description.FILE.is_file(), reason=f"DigitalOcean's description is not at {description.FILE.name}"
)


@described
async def test_what_is_not_offered_is_refused_in_digitaloceans_shape(house: House) -> None:
    droplet = await house.create()
    refused = [each for each in description.operations() if each[2]["operationId"] not in CLAIMED]
    assert refused
    for method, pattern, _ in refused:
        path = pattern.replace("{droplet_id}", str(droplet["id"])).replace("{image_id}", str(house.image_id))
        message = await house.refused(method, re.sub(r"\{[^}]+\}", "x", path), {}, status=501)
        assert message.endswith("not available here."), (method, pattern, message)


@pytest.mark.parametrize(
    "path",
    ["/v2/nothing", "/v2/kubernetes/clusters", "/v2/droplets/1/nothing", "/v2/tags/a/b", "/v1/nothing"],
)
async def test_an_unknown_path_is_not_found(house: House, path: str) -> None:
    assert "could not be found" in await house.refused("GET", path, status=404)


async def test_what_there_is_none_of_is_an_empty_list(house: House) -> None:
    droplet = await house.create()
    for path, name in (
        ("firewalls", "firewalls"),
        ("volumes", "volumes"),
        ("reserved_ips", "reserved_ips"),
        ("floating_ips", "floating_ips"),
        ("reserved_ipv6", "reserved_ipv6s"),
        ("vpc_peerings", "vpc_peerings"),
        ("droplets/autoscale", "autoscale_pools"),
        ("monitoring/alerts", "policies"),
        (f"droplets/{droplet['id']}/firewalls", "firewalls"),
        (f"droplets/{droplet['id']}/kernels", "kernels"),
    ):
        assert await house.ok("GET", f"/v2/{path}") == {name: [], "links": {}, "meta": {"total": 0}}, path
    assert await house.ok("GET", f"/v2/droplets/{droplet['id']}/neighbors") == {"droplets": []}
    assert await house.ok("GET", "/v2/reports/droplet_neighbors_ids") == {"neighbor_ids": []}
    for part in ("firewalls", "kernels", "neighbors"):
        await house.refused("GET", f"/v2/droplets/999/{part}", status=404)


@described
def test_the_page_that_tells_what_works_is_not_stale() -> None:
    assert coverage.PAGE.read_text() == coverage.page(), "run python -m tests.api.coverage"


def test_the_page_names_tests_that_are_there() -> None:
    named = set(re.findall(r"`(test_\w+\.py)`", coverage.PAGE.read_text()))
    assert len(named) > 5
    assert [name for name in named if not (coverage.PAGE.parents[1] / "tests/api" / name).is_file()] == []
