"""Droplets as DigitalOcean's clients expect them."""

import pytest

from tests.api.house import ED25519, ED25519_MD5, SIZE, SLUG, House


async def test_create_answers_202_with_a_new_droplet_and_a_link_to_its_action(house: House) -> None:
    body = {"name": "web-01", "size": SIZE, "image": SLUG}
    response = await house.client.post("/v2/droplets", json=body)
    assert response.status_code == 202
    droplet, (link,) = response.json()["droplet"], response.json()["links"]["actions"]
    assert (droplet["status"], droplet["locked"]) == ("new", True)
    assert droplet["networks"] == {"v4": [], "v6": []}
    assert link["rel"] == "create"
    assert link["href"] == f"http://localhost/v2/actions/{link['id']}"
    assert (await house.finished(link["id"])).state.wire == "completed"
    action = (await house.ok("GET", link["href"]))["action"]
    assert (action["type"], action["resource_id"], action["status"]) == ("create", droplet["id"], "completed")


async def test_a_created_droplet_becomes_active_with_a_public_address(house: House) -> None:
    droplet = await house.create()
    assert (droplet["status"], droplet["locked"]) == ("active", False)
    (network,) = droplet["networks"]["v4"]
    assert network["ip_address"].startswith("127.66.")
    assert network["type"] == "public"


async def test_a_server_that_answers(house: House) -> None:
    assert (await house.get("/healthz")).json() == {"status": "ok"}
