"""Every answer of every operation that Dew claims, held against DigitalOcean's OpenAPI description."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from dew.actions.kind import Request
from tests.api import description
from tests.api.house import ED25519, SIZE, SLUG, House, open_house
from tests.unit.hostile_images import raw
from tests.unit.mirror import Exchange, mirror

pytestmark = pytest.mark.skipif(
    not description.FILE.is_file(), reason=f"DigitalOcean's description is not at {description.FILE.name}"
)

MONITORED = (
    *("cpu", "memory_free", "memory_cached", "memory_available", "memory_total"),
    *("load_1", "load_5", "load_15", "filesystem_free", "filesystem_size"),
)
CLAIMED = {
    "account_get",
    "sshKeys_list",
    "sshKeys_create",
    "sshKeys_get",
    "sshKeys_update",
    "sshKeys_delete",
    "sizes_list",
    "regions_list",
    "actions_list",
    "actions_get",
    "droplets_list",
    "droplets_create",
    "droplets_destroy_byTag",
    "droplets_get",
    "droplets_destroy",
    "droplets_list_snapshots",
    "droplets_list_backups",
    "droplets_get_backup_policy",
    "droplets_list_backup_policies",
    "droplets_list_supported_backup_policies",
    "droplets_list_kernels",
    "droplets_list_firewalls",
    "droplets_list_neighbors",
    "dropletActions_list",
    "dropletActions_post",
    "dropletActions_post_byTag",
    "dropletActions_get",
    "images_list",
    "images_create_custom",
    "images_get",
    "images_update",
    "images_delete",
    "imageActions_list",
    "imageActions_post",
    "imageActions_get",
    "snapshots_list",
    "snapshots_get",
    "snapshots_delete",
    "balance_get",
    "billingHistory_list",
    "invoices_list",
    "invoices_get_byUUID",
    "invoices_get_summaryByUUID",
    "invoices_get_csvByUUID",
    "firewalls_list",
    "volumes_list",
    "reservedIPs_list",
    "floatingIPs_list",
    "reservedIPv6_list",
    "vpcPeerings_list",
    "autoscalepools_list",
    "monitoring_list_alertPolicy",
    "monitoring_get_dropletBandwidthMetrics",
    "monitoring_get_DropletCpuMetrics",
    "monitoring_get_dropletFilesystemFreeMetrics",
    "monitoring_get_dropletFilesystemSizeMetrics",
    "monitoring_get_dropletLoad1Metrics",
    "monitoring_get_dropletLoad5Metrics",
    "monitoring_get_dropletLoad15Metrics",
    "monitoring_get_dropletMemoryCachedMetrics",
    "monitoring_get_dropletMemoryFreeMetrics",
    "monitoring_get_dropletMemoryTotalMetrics",
    "monitoring_get_dropletMemoryAvailableMetrics",
    "droplets_list_neighborsIds",
    "droplets_list_associatedResources",
    "droplets_destroy_withAssociatedResourcesSelective",
    "droplets_destroy_withAssociatedResourcesDangerous",
    "droplets_get_DestroyAssociatedResourcesStatus",
    "droplets_destroy_retryWithAssociatedResources",
    "tags_list",
    "tags_create",
    "tags_get",
    "tags_delete",
    "tags_assign_resources",
    "tags_unassign_resources",
    "projects_list",
    "projects_get_default",
    "projects_update_default",
    "projects_patch_default",
    "projects_get",
    "projects_update",
    "projects_patch",
    "projects_list_resources",
    "projects_assign_resources",
    "projects_list_resources_default",
    "projects_assign_resources_default",
    "vpcs_list",
    "vpcs_get",
    "vpcs_list_members",
    "vpcs_list_peerings",
}

JSON = "application/json"


class Judged:
    """Sees every answer of a house's client."""

    def __init__(self) -> None:
        self.succeeded: set[str] = set()

    async def see(self, response: httpx2.Response) -> None:
        await response.aread()
        method, path = response.request.method, response.request.url.path
        if not path.startswith("/v2/"):
            return
        body = response.json() if JSON in response.headers.get("content-type", "") else None
        assert description.judge(method, path, response.status_code, body) == [], response.text
        found = description.find(method, path)
        if response.is_success and found is not None:
            self.succeeded.add(found[1]["operationId"])


@pytest_asyncio.fixture
async def judged(directory: Path) -> AsyncIterator[tuple[House, Judged]]:
    async with open_house(directory, requests_per_minute=None) as house:
        judge = Judged()
        house.client.event_hooks["response"].append(judge.see)
        yield house, judge


async def test_every_claimed_operation_answers_as_described(judged: tuple[House, Judged]) -> None:
    house, judge = judged
    await use_everything(house)
    assert judge.succeeded == CLAIMED


async def use_everything(house: House) -> None:
    """Have every operation that is claimed succeed at least once."""
    key = (await house.ok("POST", "/v2/account/keys", {"name": "laptop", "public_key": ED25519}))["ssh_key"]
    await _use_keys(house, key)
    droplet = await house.create(ssh_keys=[key["id"]], tags=["web"])
    image_id = await house.snapshot(droplet["id"])
    await _act(house, droplet["id"], image_id)
    await _back_up(house, droplet["id"])
    await _look_at_everything(house, droplet["id"], image_id)
    await _measure(house, droplet["id"])
    await _import_images(house)
    await _tag(house, droplet["id"], image_id)
    await _look_at_the_project_and_the_vpc(house, droplet["id"])
    await _go_with_resources(house)
    await _refusals(house, droplet["id"])
    await _delete_everything(house, droplet["id"], image_id)


async def _use_keys(house: House, key: dict[str, object]) -> None:
    await house.ok("GET", "/v2/account/keys?per_page=1")
    await house.ok("GET", f"/v2/account/keys/{key['fingerprint']}")
    await house.ok("PUT", f"/v2/account/keys/{key['id']}", {"name": "desk"})


async def _act(house: House, droplet_id: int, image_id: int) -> None:
    for type_ in ("reboot", "power_cycle", "shutdown", "power_on", "power_off", "power_on"):
        await house.act(droplet_id, type_)
    await house.act(droplet_id, "rename", name="web-02")
    await house.act(droplet_id, "restore", image=image_id)
    await house.act(droplet_id, "rebuild", image=SLUG)
    await house.act(droplet_id, "password_reset")
    await house.act(droplet_id, "power_off")
    await house.act(droplet_id, "resize", size="s-1vcpu-1gb", disk=True)
    await house.act(droplet_id, "power_on")
    await house.ok("POST", f"/dew/v1/droplets/{droplet_id}/undo")  # its Action is seen in /v2 from here on
    await house.settled()
    made = await house.ok("POST", "/v2/droplets/actions?tag_name=web", {"type": "power_on"})
    await house.finished(made["actions"][0]["id"])
    body = {"names": ["a", "b"], "size": SIZE, "image": image_id, "tags": ["fleet"]}
    for link in (await house.ok("POST", "/v2/droplets", body))["links"]["actions"]:
        await house.finished(link["id"])


async def _back_up(house: House, droplet_id: int) -> None:
    """Two Backups, of which one is converted."""
    await house.act(droplet_id, "enable_backups", backup_policy={"plan": "weekly", "hour": 20})
    for _ in range(2):
        wanted = Request("backup", droplet_id, {"window": "2026-01-01T00:00:00+00:00"})
        (made,) = await house.engine.accept(wanted)
        await house.finished(made.id)
    path = f"/v2/images/{made.params['image']}/actions"
    await house.finished((await house.ok("POST", path, {"type": "convert"}))["action"]["id"])


async def _measure(house: House, droplet_id: int) -> None:
    for _ in range(3):
        house.clock.now += 15
        await house.parts.droplet_metrics.sample()
    window = f"host_id={droplet_id}&start={int(house.clock.now) - 60}&end={int(house.clock.now)}"
    for name in MONITORED:
        await house.ok("GET", f"/v2/monitoring/metrics/droplet/{name}?{window}")
    interface = f"{window}&interface=public&direction=inbound"
    await house.ok("GET", f"/v2/monitoring/metrics/droplet/bandwidth?{interface}")


async def _look_at_everything(house: House, droplet_id: int, image_id: int) -> None:
    action_id = (await house.ok("GET", f"/v2/droplets/{droplet_id}/actions"))["actions"][0]["id"]
    built = (await house.ok("GET", f"/v2/images/{house.image_id}/actions"))["actions"][0]["id"]
    for path in (
        "account",
        "sizes?per_page=3&page=2",
        "regions",
        "actions?per_page=2&page=2",
        f"actions/{action_id}",
        "droplets?per_page=1",
        "droplets?tag_name=web",
        "droplets?name=WEB-02",
        "droplets?type=gpus",
        f"droplets/{droplet_id}",
        f"droplets/{droplet_id}/actions/{action_id}",
        f"images/{house.image_id}/actions/{built}",
        "images",
        "images?private=true",
        "images?type=application",
        f"images/{SLUG}",
        f"images/{image_id}",
        "snapshots?resource_type=droplet",
        "snapshots?resource_type=volume",
        f"snapshots/{image_id}",
        "firewalls",
        "volumes",
        "reserved_ips",
        "floating_ips",
        "reserved_ipv6",
        "vpc_peerings",
        "droplets/autoscale",
        "monitoring/alerts",
        "reports/droplet_neighbors_ids",
    ):
        await house.ok("GET", f"/v2/{path}")
    for path in ("balance", "billing_history", "invoices", "invoices/preview", "invoices/preview/summary"):
        await house.ok("GET", f"/v2/customers/my/{path}")
    assert (await house.get("/v2/customers/my/invoices/preview/csv")).is_success
    for path in ("policies", "supported_policies"):
        await house.ok("GET", f"/v2/droplets/backups/{path}")
    for part in ("snapshots", "backups", "backups/policy", "kernels", "firewalls", "neighbors"):
        await house.ok("GET", f"/v2/droplets/{droplet_id}/{part}")


async def _import_images(house: House) -> None:
    """One that becomes available, one that fails: as they are at once, and as they end."""

    async def answer(exchange: Exchange) -> None:
        await exchange.give(raw())

    async with mirror(answer) as server:
        for url in (f"{server.url}/disk.raw", f"{server.url}/disk.vdi"):
            body = {"name": "mine", "url": url, "region": "nyc3", "distribution": "Debian", "tags": ["own"]}
            image_id = (await house.ok("POST", "/v2/images", body))["image"]["id"]
            await house.ok("GET", f"/v2/images/{image_id}")
            await house.ok("GET", "/v2/images?private=true")
            await house.settled()
            await house.ok("GET", f"/v2/images/{image_id}")


async def _tag(house: House, droplet_id: int, image_id: int) -> None:
    await house.ok("POST", "/v2/tags", {"name": "prod"})
    resources = [{"resource_id": str(droplet_id), "resource_type": "droplet"}]
    resources += [{"resource_id": str(image_id), "resource_type": "image"}]
    await house.ok("POST", "/v2/tags/prod/resources", {"resources": resources})
    await house.ok("GET", "/v2/tags/prod")
    await house.ok("GET", "/v2/tags?per_page=1")
    await house.ok("DELETE", "/v2/tags/prod/resources", {"resources": resources})
    await house.ok("DELETE", "/v2/tags/prod")
    asked = {"type": "transfer", "region": "fra1"}
    await house.finished((await house.ok("POST", f"/v2/images/{image_id}/actions", asked))["action"]["id"])


async def _look_at_the_project_and_the_vpc(house: House, droplet_id: int) -> None:
    (project,) = (await house.ok("GET", "/v2/projects"))["projects"]
    whole = {"name": "a", "description": "b", "purpose": "c", "environment": "Staging", "is_default": True}
    for which in ("default", project["id"]):
        await house.ok("GET", f"/v2/projects/{which}")
        await house.ok("PUT", f"/v2/projects/{which}", whole)
        await house.ok("PATCH", f"/v2/projects/{which}", {"name": "d"})
        await house.ok("GET", f"/v2/projects/{which}/resources")
        await house.ok("POST", f"/v2/projects/{which}/resources", {"resources": [f"do:droplet:{droplet_id}"]})
    vpc_id = (await house.ok("GET", f"/v2/droplets/{droplet_id}"))["droplet"]["vpc_uuid"]
    await house.ok("GET", "/v2/vpcs?per_page=2")
    for part in ("", "/members", "/peerings"):
        await house.ok("GET", f"/v2/vpcs/{vpc_id}{part}")


async def _go_with_resources(house: House) -> None:
    for way in ("selective", "dangerous"):
        droplet_id = (await house.create())["id"]
        image_id = await house.snapshot(droplet_id)
        path = f"/v2/droplets/{droplet_id}/destroy_with_associated_resources"
        await house.ok("GET", path)
        house.client.headers["x-dangerous"] = "true"
        await house.ok("DELETE", f"{path}/{way}", {"snapshots": [str(image_id)]})
        await house.settled()
        await house.ok("GET", f"{path}/status")
        await house.ok("POST", f"{path}/retry")


async def _refusals(house: House, droplet_id: int) -> None:
    await house.refused("GET", "/v2/droplets/999999", status=404)
    await house.refused("POST", "/v2/droplets", {"name": "no spaces"})
    for wrong in ({"type": "dance"}, {"type": "resize", "size": SIZE}, {"type": "rebuild"}):
        await house.refused("POST", f"/v2/droplets/{droplet_id}/actions", wrong)
    await house.refused("GET", f"/v2/snapshots/{house.image_id}", status=400)
    await house.refused("GET", "/v2/images/nobody", status=404)


async def _delete_everything(house: House, droplet_id: int, image_id: int) -> None:
    await house.ok("PUT", f"/v2/images/{image_id}", {"name": "kept"})
    second = await house.snapshot(droplet_id)
    await house.ok("DELETE", f"/v2/snapshots/{second}")
    await house.ok("DELETE", f"/v2/images/{image_id}")
    await house.ok("GET", f"/v2/droplets/{droplet_id}")
    await house.ok("GET", "/v2/droplets")  # some of an Image that is gone
    await house.ok("DELETE", f"/v2/droplets/{droplet_id}")
    await house.ok("DELETE", "/v2/droplets?tag_name=fleet")
    await house.ok("DELETE", "/v2/account/keys/1")
