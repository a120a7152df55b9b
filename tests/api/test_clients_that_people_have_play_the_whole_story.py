"""The whole story, told by clients as they are published: pydo (HTTPS only), python-digitalocean, MCP."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import digitalocean
import pytest

from dew.testing import SimulatedDew, simulated
from tests.api.house import ED25519, ED25519_MD5
from tests.clients.mcp_server import McpServer
from tests.clients.pydo_program import LOOK_EVERY_SECONDS, Pydo, eventually

pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own

PAGE = (Path(__file__).parents[2] / "docs" / "clients.md").read_text()
SIZE, BIGGER, IMAGE = "s-1vcpu-512mb-10gb", "s-1vcpu-1gb", "dew-micro"
PATIENTLY = {"update_every_seconds": LOOK_EVERY_SECONDS, "repeat": 1500}  # python-digitalocean's words


@pytest.fixture(scope="module")
def dew() -> Iterator[SimulatedDew]:
    with simulated(tls=True) as running:
        yield running


def test_pydo_plays_the_story_over_tls(dew: SimulatedDew) -> None:
    pydo = Pydo(dew.url, dew.token, dew.authority, SIZE)
    client = pydo.client
    assert client.account.get()["account"]["status"] == "active"
    key = client.ssh_keys.create(body={"name": "laptop", "public_key": ED25519})["ssh_key"]
    assert client.ssh_keys.get(ssh_key_identifier=ED25519_MD5)["ssh_key"]["id"] == key["id"]
    droplet = pydo.create(name="web", image=IMAGE, ssh_keys=[key["id"]], tags=["web"])
    assert (droplet["status"], droplet["tags"]) == ("active", ["web"])
    pydo.act(droplet["id"], type="power_off")
    assert pydo.droplet(droplet["id"])["status"] == "off"
    pydo.act(droplet["id"], type="snapshot", name="before")
    (snapshot,) = client.droplets.list_snapshots(droplet_id=droplet["id"])["snapshots"]
    pydo.act(droplet["id"], type="power_on")
    pydo.act(droplet["id"], type="restore", image=snapshot["id"])
    copy = pydo.create(name="copy", image=snapshot["id"], ssh_keys=[key["id"]])
    assert copy["image"]["id"] == snapshot["id"]
    client.tags.create(body={"name": "prod"})
    resources = [{"resource_id": str(copy["id"]), "resource_type": "droplet"}]
    client.tags.assign_resources(tag_id="prod", body={"resources": resources})
    assert [each["id"] for each in client.droplets.list(tag_name="prod")["droplets"]] == [copy["id"]]
    pydo.act(copy["id"], type="enable_backups", backup_policy={"plan": "daily", "hour": 20})
    policy = client.droplets.get_backup_policy(droplet_id=copy["id"])["policy"]
    assert policy["backup_policy"]["plan"] == "daily"
    pydo.act(copy["id"], type="disable_backups")
    pydo.act(copy["id"], type="power_off")
    pydo.act(copy["id"], type="resize", size=BIGGER, disk=True)
    assert pydo.droplet(copy["id"])["size_slug"] == BIGGER
    client.droplets.destroy(droplet_id=droplet["id"])
    client.droplets.destroy_by_tag(tag_name="prod")
    client.snapshots.delete(snapshot_id=str(snapshot["id"]))
    client.ssh_keys.delete(ssh_key_identifier=str(key["id"]))
    assert client.droplets.list()["meta"]["total"] == 0
    assert client.snapshots.list()["snapshots"] == []


def test_python_digitalocean_plays_the_story(dew: SimulatedDew, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in dew.environment.items():
        monkeypatch.setenv(name, value)
    manager = digitalocean.Manager()
    key = digitalocean.SSHKey(name="laptop", public_key=ED25519)
    key.create()
    droplets = []
    for name in ("web", "db", "cache"):
        droplet = digitalocean.Droplet(name=name, region="nyc3", size_slug=SIZE, image=IMAGE, ssh_keys=[key])
        droplet.create()
        droplets.append(droplet)
    for droplet in droplets:
        for action in droplet.get_actions():
            assert action.wait(**PATIENTLY)
        droplet.load()
        assert droplet.status == "active"
    droplet = droplets[0]
    for wish in (
        lambda: droplet.shutdown(return_dict=False),
        lambda: droplet.take_snapshot("before", return_dict=False),
        lambda: droplet.power_on(return_dict=False),
    ):
        assert wish().wait(**PATIENTLY)
    droplet.load()  # it remembers the ids of Snapshots
    (snapshot,) = droplet.get_snapshots()
    assert droplet.restore(snapshot.id, return_dict=False).wait(**PATIENTLY)
    tag = digitalocean.Tag(name="prod")
    tag.create()
    tag.add_droplets([str(droplet.id)])
    assert [each.id for each in manager.get_all_droplets(tag_name="prod")] == [droplet.id]
    droplet.enable_backups()
    eventually("backups are enabled", lambda: "backups" in manager.get_droplet(droplet.id).features)
    droplet.power_off(return_dict=False).wait(**PATIENTLY)
    resized = droplet.resize(BIGGER, return_dict=False)  # it sends disk as "true"
    assert resized.wait(**PATIENTLY)
    assert manager.get_droplet(droplet.id).size_slug == BIGGER
    manager.per_page = 1  # it follows links.pages.next as it is written
    assert len(manager.get_all_droplets(params={"per_page": 1})) == 3
    for each in droplets:
        each.destroy()
    snapshot.destroy()
    key.destroy()
    eventually("all are gone", lambda: manager.get_all_droplets() == [])
    assert manager.get_all_snapshots() == []


class Model:
    """What a model says with the tools of the MCP server, and waits for."""

    def __init__(self, server: McpServer) -> None:
        self.call = server.call

    def act(self, tool: str, droplet_id: int, **more: Any) -> None:
        action = self.call(tool, ID=droplet_id, **more)

        def ended() -> bool:
            now = self.call("droplet-action", DropletID=droplet_id, ActionID=action["id"])
            assert now["status"] != "errored"
            return bool(now["completed_at"])

        eventually(f"{tool} is done", ended)

    def create(self, **more: Any) -> int:
        number: int = self.call("droplet-create", Region="nyc3", Size=SIZE, **more)["id"]
        eventually("it is created", lambda: self.droplet(number)["status"] == "active")
        return number

    def droplet(self, droplet_id: int) -> dict[str, Any]:
        found: dict[str, Any] = self.call("droplet-get", ID=droplet_id)
        return found


@pytest.fixture
def anywhere_else() -> Iterator[dict[str, str]]:
    """Variables that send what is not for loopback here, where it fails the test."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        url = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        yield {"HTTP_PROXY": url, "HTTPS_PROXY": url}
        proxy.setblocking(False)
        with pytest.raises(BlockingIOError):
            proxy.accept()


def test_the_vendors_mcp_server_plays_the_story(dew: SimulatedDew, anywhere_else: dict[str, str]) -> None:
    with McpServer.running(dew.environment | anywhere_else, "droplets", "accounts") as server:
        model = Model(server)
        assert model.call("account-get-information")["status"] == "active"
        key = model.call("key-create", Name="laptop", PublicKey=ED25519)
        droplet = model.create(Name="web", ImageSlug=IMAGE, SSHKeys=[str(key["id"])], Tags=["web"])
        model.act("power-off-droplet", droplet)
        assert model.droplet(droplet)["status"] == "off"
        model.act("snapshot-droplet", droplet, Name="before")
        (snapshot,) = model.call("image-list", Type="user")
        assert (snapshot["name"], snapshot["type"]) == ("before", "snapshot")
        assert model.droplet(droplet)["snapshot_ids"] == [snapshot["id"]]
        model.act("power-on-droplet", droplet)
        model.act("restore-droplet", droplet, ImageID=snapshot["id"])
        copy = model.create(Name="copy", ImageID=snapshot["id"], Tags=["copies", "web"])
        assert model.droplet(copy)["image"]["id"] == snapshot["id"]
        model.act("enable-backups-droplet", copy)
        assert model.call("droplet-backup-policy", ID=copy)["backup_policy"]["plan"] == "daily"
        model.act("disable-backups-droplet", copy)
        (off,) = model.call("power-off-droplets-tag", Tag="copies")
        eventually("it is off", lambda: model.call("action-get", ID=off["id"])["status"] == "completed")
        with pytest.raises(RuntimeError, match="Droplet is already powered off"):
            model.call("power-off-droplet", ID=copy)
        model.act("resize-droplet", copy, Size=BIGGER, ResizeDisk=True)
        assert model.droplet(copy)["size_slug"] == BIGGER
        assert {each["id"] for each in model.call("droplet-list")} == {droplet, copy}
        for each in (droplet, copy):
            assert model.call("droplet-delete", ID=each) == "Droplet deleted successfully"
        model.call("image-delete", ID=snapshot["id"])
        model.call("key-delete", ID=key["id"])
        assert (
            model.call("droplet-list")
            == model.call("image-list", Type="user")
            == model.call("key-list")
            == []
        )


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_about_clients_says_how_they_find_dew(dew: SimulatedDew) -> None:
    examples = [block for block in blocks("python") if "assert" in block]
    assert len(examples) == 2
    for example in examples:
        command = [sys.executable, "-W", "ignore", "-c", example]
        subprocess.run(command, env=os.environ | dew.environment, check=True, timeout=60)
    (written,) = blocks("json")
    config = json.loads(written)["mcpServers"]["dew"]
    told = {name: dew.environment[name] for name in config["env"]}
    assert config["args"][1:3] == ["@digitalocean/mcp", "--services"]
    reading = dew.client.create_token("model", ["read"]).token
    assert reading
    with McpServer.running(
        told | {"DIGITALOCEAN_API_TOKEN": reading}, *config["args"][3].split(",")
    ) as server:
        assert server.call("droplet-list") == []
        with pytest.raises(RuntimeError, match="403"):
            server.call("key-create", Name="laptop", PublicKey=ED25519)
