"""What Terraform's provider, packer's plugin and doctl send and wait for, as their sources have it.

They can't run here. All three speak through godo, which ends each body with a new line and says that it sends
JSON where it sends nothing.
"""

import asyncio
import json
from typing import Any

from tests.api.house import ED25519, SIZE, SLUG, House
from tests.unit.hostile_images import raw
from tests.unit.mirror import Exchange, mirror

LOOKS = 400  # of a hundredth of a second each


class Godo:
    """Sends as godo does."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def send(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        content = b"" if body is None else json.dumps(body).encode() + b"\n"
        headers = {"content-type": "application/json", "accept": "application/json"}
        answer = await self.house.client.request(method, f"/{path}", content=content, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def act(self, path: str, **body: Any) -> dict[str, Any]:
        action: dict[str, Any] = (await self.send("POST", f"{path}/actions", body, 201))["action"]
        return action

    async def until(self, path: str, noun: str, /, **wanted: Any) -> dict[str, Any]:
        """Look until what is there is unlocked, as Terraform does, and as ``wanted``."""
        for _ in range(LOOKS):
            found: dict[str, Any] = (await self.send("GET", path))[noun]
            if not found.get("locked") and {key: found[key] for key in wanted} == wanted:
                return found
            await asyncio.sleep(0.01)
        raise AssertionError(f"{path} never became {wanted}")

    async def every(self, path: str, name: str) -> list[Any]:
        """List as Terraform does: pages of 200 until there is no last page any more."""
        page = await self.send("GET", f"{path}page=1&per_page=200")
        assert "last" not in page["links"].get("pages", {})
        return list(page[name])


async def test_terraform_changes_what_was_changed_and_leaves_the_rest_alone(house: House) -> None:
    godo = Godo(house)
    key = await godo.send(
        "POST", "v2/account/keys", {"name": "me", "public_key": f"{ED25519} of mine\n"}, 201
    )
    key = (await godo.send("GET", f"v2/account/keys/{key['ssh_key']['id']}"))["ssh_key"]
    assert key["public_key"] == f"{ED25519} of mine"  # anything else, and the key is made anew each time
    wanted = {
        **{"name": "web", "region": "nyc3", "size": SIZE, "image": SLUG, "ssh_keys": [key["id"]]},
        **{"backups": False, "ipv6": True, "private_networking": False, "monitoring": True},
        **{"tags": ["Web"], "user_data": "#!/bin/sh\n"},
    }
    made = (await godo.send("POST", "v2/droplets", wanted, 202))["droplet"]
    path = f"v2/droplets/{made['id']}"
    droplet = await godo.until(path, "droplet", status="active")
    assert (droplet["region"]["slug"], droplet["size"]["slug"], droplet["tags"]) == ("nyc3", SIZE, ["Web"])
    assert {"monitoring", "ipv6"} <= set(droplet["features"])  # else replaced, or changed in vain
    assert droplet["image"]["slug"] == SLUG
    assert droplet["networks"]["v4"][0]["type"] == "public"

    for _ in range(2):  # the second time it is off already, which is no error by these words
        refusal = await house.client.post(f"/{path}/actions", json={"type": "power_off"})
        assert refusal.is_success or "Droplet is already powered off" in refusal.json()["message"]
        await godo.until(path, "droplet", status="off")
    action = await godo.act(path, type="resize", size="s-1vcpu-1gb", disk=True)
    await godo.until(f"v2/actions/{action['id']}", "action", status="completed")
    await godo.act(path, type="power_on")
    await godo.until(path, "droplet", status="active", size_slug="s-1vcpu-1gb", disk=25)
    await godo.act(path, type="rename", name="web-2")
    await godo.until(path, "droplet", name="web-2")
    for change in ({"type": "enable_backups"}, {"type": "disable_backups"}):
        action = await godo.act(path, **change)
        await godo.until(f"v2/actions/{action['id']}", "action", status="completed")

    resources = {"resources": [{"resource_id": str(made["id"]), "resource_type": "droplet"}]}
    await godo.send("DELETE", "v2/tags/Web/resources", resources, 204)
    for name in ("web", "db"):  # called as it was first
        tag = (await godo.send("POST", "v2/tags", {"name": name}, 201))["tag"]["name"]
        await godo.send("POST", f"v2/tags/{tag}/resources", resources, 204)
    assert set((await godo.send("GET", path))["droplet"]["tags"]) == {"Web", "db"}
    await _take_and_find_a_snapshot(godo, made["id"])
    await godo.act(path, type="shutdown")
    await godo.until(path, "droplet", status="off")
    await godo.act(path, type="shutdown")  # a graceful destroy asks for it whatever there is
    await godo.until(path, "droplet", status="off")
    await godo.send("DELETE", path, status=204)
    await godo.send("GET", path, status=404)


async def _take_and_find_a_snapshot(godo: Godo, droplet_id: int) -> None:
    await godo.house.ok("PUT", "/dew/v1/simulate", {"delays": {"snapshot": 1.1}})
    begun = await godo.act(f"v2/droplets/{droplet_id}", type="snapshot", name="nightly")
    await godo.until(f"v2/actions/{begun['id']}", "action", status="completed")
    taken = (await godo.send("GET", f"v2/droplets/{droplet_id}/snapshots?per_page=200"))["snapshots"]
    (found,) = [each for each in taken if each["created_at"] == begun["started_at"]]  # by nothing else
    shown = (await godo.send("GET", f"v2/snapshots/{found['id']}"))["snapshot"]
    assert (shown["resource_id"], shown["regions"]) == (str(droplet_id), ["nyc3"])
    listed = await godo.every("v2/snapshots?resource_type=droplet&", "snapshots")
    assert [each["name"] for each in listed] == ["nightly"]
    await godo.send("DELETE", f"v2/snapshots/{found['id']}", status=204)
    await godo.send("GET", f"v2/snapshots/{found['id']}", status=404)


async def test_terraform_imports_an_image_and_distributes_it(house: House) -> None:
    godo = Godo(house)

    async def answer(exchange: Exchange) -> None:
        await exchange.give(raw())

    async with mirror(answer) as server:
        body = {"name": "mine", "url": f"{server.url}/disk.raw", "region": "nyc3", "distribution": "Unknown"}
        image = (await godo.send("POST", "v2/images", body, 202))["image"]
        assert image["status"] in ("NEW", "pending")
        await godo.until(f"v2/images/{image['id']}", "image", status="available")
    for region in ("fra1", "lon1"):
        action = await godo.act(f"v2/images/{image['id']}", type="transfer", region=region)
        await godo.until(f"v2/actions/{action['id']}", "action", status="completed")
    change = {"name": "ours", "distribution": "Debian", "description": ""}
    await godo.send("PUT", f"v2/images/{image['id']}", change)
    (found,) = await godo.every("v2/images?private=true&", "images")
    assert (found["name"], found["regions"], found["type"]) == ("ours", ["nyc3", "fra1", "lon1"], "custom")
    await godo.send("DELETE", f"v2/images/{image['id']}", status=204)


async def test_packer_builds_a_snapshot_tags_it_and_brings_it_to_regions(house: House) -> None:
    godo = Godo(house)
    assert {"nyc3", "fra1", "lon1"} <= {each["slug"] for each in await godo.every("v2/regions?", "regions")}
    key = (await godo.send("POST", "v2/account/keys", {"name": "packer-1", "public_key": ED25519}, 201))[
        "ssh_key"
    ]
    wanted = {
        **{"name": "packer-1", "region": "nyc3", "size": SIZE, "image": house.image_id, "tags": None},
        **{"ssh_keys": [key["id"]], "backups": False, "ipv6": False, "monitoring": False},
        **{"private_networking": False},
    }
    made = (await godo.send("POST", "v2/droplets", wanted, 202))["droplet"]
    path = f"v2/droplets/{made['id']}"
    await godo.until(path, "droplet", status="active")
    await godo.act(path, type="shutdown")
    await godo.until(path, "droplet", status="off")
    action = await godo.act(path, type="snapshot", name="packer-1")
    await godo.until(f"{path}/actions/{action['id']}", "action", status="completed")
    await godo.until(path, "droplet", status="off")
    (image,) = (await godo.send("GET", f"{path}/snapshots"))["snapshots"]
    resources = {"resources": [{"resource_id": str(image["id"]), "resource_type": "image"}]}
    await godo.send("POST", "v2/tags/golden/resources", resources, 404)  # then it makes the tag
    await godo.send("POST", "v2/tags", {"name": "golden"}, 201)
    await godo.send("POST", "v2/tags/golden/resources", resources, 204)
    await house.ok("PUT", "/dew/v1/simulate", {"delays": {"transfer": 0.1}})
    image_path = f"v2/images/{image['id']}"
    begun = [await godo.act(image_path, type="transfer", region=region) for region in ("fra1", "lon1")]
    for each in begun:
        await godo.until(f"{image_path}/actions/{each['id']}", "action", status="completed")
    shown = (await godo.send("GET", image_path))["image"]
    assert (shown["regions"], shown["tags"]) == (["nyc3", "fra1", "lon1"], ["golden"])
    await godo.send("DELETE", path, status=204)
    await godo.send("DELETE", f"v2/account/keys/{key['id']}", status=204)


async def test_doctl_creates_and_waits_and_sends_what_was_left_out_as_nothing(house: House) -> None:
    godo = Godo(house)
    wanted = {
        **{"name": "web", "region": "", "size": SIZE, "image": SLUG, "ssh_keys": [], "backups": True},
        **{"ipv6": False, "private_networking": False, "monitoring": False, "tags": [], "vpc_uuid": ""},
        **{"backup_policy": {"plan": "weekly", "weekday": "MON", "hour": 4}, "volumes": []},
    }
    made = await godo.send("POST", "v2/droplets", wanted, 202)
    (link,) = [each for each in made["links"]["actions"] if each["rel"] == "create"]
    path = link["href"].partition("://")[2].partition("/")[2]  # of the link it takes no more than the path
    await godo.until(path, "action", status="completed")
    droplet_id = made["droplet"]["id"]
    change = {"type": "change_backup_policy", "backup_policy": {"plan": "daily", "weekday": "", "hour": 8}}
    action = await godo.act(f"v2/droplets/{droplet_id}", **change)
    await godo.until(f"v2/actions/{action['id']}", "action", status="completed")
    policies = (await godo.send("GET", "v2/droplets/backups/policies?page=1&per_page=200"))["policies"]
    assert policies[str(droplet_id)]["backup_policy"]["hour"] == 8
    (project,) = await godo.every("v2/projects?", "projects")
    urns = {"resources": [f"do:droplet:{droplet_id}"]}
    assigned = await godo.send("POST", f"v2/projects/{project['id']}/resources", urns)
    assert [each["urn"] for each in assigned["resources"]] == urns["resources"]
    action = await godo.act(f"v2/droplets/{droplet_id}", type="snapshot", name="")
    await godo.until(f"v2/actions/{action['id']}", "action", status="completed")
    assert len(await godo.every("v2/snapshots?resource_type=droplet&", "snapshots")) == 1
    for lists in ("images?private=true&", "images?type=distribution&", "droplets?type=gpus&", "actions?"):
        await godo.every(f"v2/{lists}", lists.partition("?")[0])
