"""A story: several clients do random things to a Dew, beside a model of a few dictionaries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.api.clients import Clients
from tests.api.house import SIZE, SLUG

MOST_DROPLETS, MOST_IMAGES = 4, 6
DISKS = {SIZE: 10, "s-1vcpu-1gb": 25}  # the disk of each size, in GiB
TAGS = ("web", "db")
NAMES = ("web", "db.example", "A-1")
POWER = ("power_on", "power_off", "shutdown", "reboot", "power_cycle")

names, some_tags = st.sampled_from(NAMES), st.sets(st.sampled_from(TAGS))


@dataclass
class Known:
    """What the model knows of a Droplet."""

    name: str
    size: str = SIZE
    disk: int = DISKS[SIZE]
    power: str = "active"
    backups: bool = False
    tags: set[str] = field(default_factory=set)


@dataclass
class Taken:
    """What it knows of a Snapshot or a Backup; the Droplet may be gone."""

    of: int
    name: str
    disk: int
    backup: bool = False
    tags: set[str] = field(default_factory=set)
    regions: list[str] = field(default_factory=lambda: ["nyc3"])


class Story(RuleBasedStateMachine, Clients):
    """One story from an empty Dew to an empty Dew."""

    def __init__(self) -> None:
        super().__init__()
        self.connect()
        self.droplets: dict[int, Known] = {}
        self.images: dict[int, Taken] = {}

    def droplet(self, data: st.DataObject) -> tuple[int, Known]:
        droplet_id = data.draw(st.sampled_from(sorted(self.droplets)))
        return droplet_id, self.droplets[droplet_id]

    def image(self, data: st.DataObject) -> tuple[int, Taken]:
        image_id = data.draw(st.sampled_from(sorted(self.images)))
        return image_id, self.images[image_id]

    def source(self, data: st.DataObject) -> tuple[int | str, int]:
        """Return any Image's id or slug, and the disk that it needs."""
        found: Any = data.draw(st.sampled_from([SLUG, *sorted(self.images)]))
        return found, 1 if found == SLUG else self.images[found].disk

    @precondition(lambda self: len(self.droplets) < MOST_DROPLETS)
    @rule(data=st.data(), name=names, tags=some_tags, backups=st.booleans(), size=st.sampled_from([*DISKS]))
    def create(self, data: st.DataObject, name: str, tags: set[str], backups: bool, size: str) -> None:
        image, needed = self.source(data)
        body = {"name": name, "size": size, "image": image, "tags": sorted(tags), "backups": backups}
        body["ssh_keys"] = [self.running.key_id]
        if needed > DISKS[size]:
            self.send("POST", "droplets", 422, body)
            return
        made = self.send("POST", "droplets", 202, body)
        assert self.ended(made["links"]["actions"][0]["id"]) == "completed"
        self.droplets[made["droplet"]["id"]] = Known(
            name, size=size, disk=DISKS[size], backups=backups, tags=tags
        )

    @precondition(lambda self: self.droplets)
    @rule(data=st.data(), wish=st.sampled_from(POWER))
    def power(self, data: st.DataObject, wish: str) -> None:
        droplet_id, known = self.droplet(data)
        if known.power == "off" and wish in ("power_off", "reboot"):
            assert "Droplet is already powered off" in self.refused(droplet_id, type=wish)
            return
        self.act(droplet_id, type=wish)
        known.power = "off" if wish in ("power_off", "shutdown") else "active"

    @precondition(lambda self: self.droplets)
    @rule(data=st.data(), name=names)
    def rename(self, data: st.DataObject, name: str) -> None:
        droplet_id, known = self.droplet(data)
        self.act(droplet_id, type="rename", name=name)
        known.name = name

    @precondition(lambda self: self.droplets)
    @rule(data=st.data(), disk=st.booleans())
    def resize(self, data: st.DataObject, disk: bool) -> None:
        droplet_id, known = self.droplet(data)
        (other,) = set(DISKS) - {known.size}
        if known.power == "active" or (disk and DISKS[other] < known.disk):
            self.refused(droplet_id, type="resize", size=other, disk=disk)
            return
        self.act(droplet_id, type="resize", size=other, disk=disk)
        known.size, known.disk = other, DISKS[other] if disk else known.disk

    @precondition(lambda self: self.droplets)
    @rule(data=st.data())
    def rebuild(self, data: st.DataObject) -> None:
        (droplet_id, known), (image, needed) = self.droplet(data), self.source(data)
        do = self.act if needed <= known.disk else self.refused
        do(droplet_id, type="rebuild", image=image)

    @precondition(lambda self: self.droplets and self.images)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        (droplet_id, _), (image_id, taken) = self.droplet(data), self.image(data)
        do = self.act if taken.of == droplet_id else self.refused
        do(droplet_id, type="restore", image=image_id)

    @precondition(lambda self: self.droplets)
    @rule(data=st.data(), on=st.booleans())
    def back_up_or_not(self, data: st.DataObject, on: bool) -> None:
        droplet_id, known = self.droplet(data)
        if not on and not known.backups:
            self.refused(droplet_id, type="disable_backups")
            return
        self.act(droplet_id, type="enable_backups" if on else "disable_backups")
        known.backups = on
        if not on:
            self._forget_backups(droplet_id)

    @precondition(lambda self: self.droplets and len(self.images) < MOST_IMAGES)
    @rule(data=st.data(), backup=st.booleans())
    def take(self, data: st.DataObject, backup: bool) -> None:
        droplet_id, known = self.droplet(data)
        if backup and not known.backups:
            return
        if backup:
            new = self.running.back_up(droplet_id)
        else:
            self.act(droplet_id, type="snapshot", name=f"of {droplet_id}")
            listed = self.send("GET", f"droplets/{droplet_id}/snapshots", 200)["snapshots"]
            (new,) = {each["id"] for each in listed} - set(self.images)
        shown = self.send("GET", f"images/{new}", 200)["image"]
        self.images[new] = Taken(droplet_id, shown["name"], known.disk, backup)

    @precondition(lambda self: self.images)
    @rule(data=st.data(), name=names)
    def change_image(self, data: st.DataObject, name: str) -> None:
        """Rename it; bring it to another region, or make a Snapshot of a Backup."""
        image_id, taken = self.image(data)
        self.send("PUT", f"images/{image_id}", 200, {"name": name})
        taken.name = name
        if taken.backup:
            self.act_on_image(image_id, type="convert")
            taken.backup = False
        elif "fra1" not in taken.regions:
            self.act_on_image(image_id, type="transfer", region="fra1")
            taken.regions.append("fra1")

    @precondition(lambda self: self.droplets)
    @rule(data=st.data(), tag=st.sampled_from(TAGS), on=st.booleans(), of_image=st.booleans())
    def tag(self, data: st.DataObject, tag: str, on: bool, of_image: bool) -> None:
        type_ = "image" if of_image and self.images else "droplet"
        id_, known = self.image(data) if type_ == "image" else self.droplet(data)
        self.send("POST", "tags", 201, {"name": tag})
        body = {"resources": [{"resource_id": str(id_), "resource_type": type_}]}
        self.send("POST" if on else "DELETE", f"tags/{tag}/resources", 204, body)
        (known.tags.add if on else known.tags.discard)(tag)

    @rule(tag=st.sampled_from(TAGS), wish=st.sampled_from(("power_on", "power_off", "destroy")))
    def act_by_tag(self, tag: str, wish: str) -> None:
        tagged = {id_: known for id_, known in self.droplets.items() if tag in known.tags}
        if wish == "destroy":
            self.send("DELETE", f"droplets?tag_name={tag}", 204)
            self._forget_droplets(*tagged)
            return
        refused = wish == "power_off" and any(known.power == "off" for known in tagged.values())
        path = f"droplets/actions?tag_name={tag}"
        answer = self.send("POST", path, 422 if refused else 201, {"type": wish})
        if refused:
            return
        assert {each["resource_id"] for each in answer["actions"]} == set(tagged)
        for each in answer["actions"]:
            assert self.ended(each["id"]) == "completed"
            tagged[each["resource_id"]].power = "active" if wish == "power_on" else "off"

    @precondition(lambda self: self.droplets)
    @rule(data=st.data(), with_snapshots=st.booleans())
    def destroy(self, data: st.DataObject, with_snapshots: bool) -> None:
        droplet_id, _ = self.droplet(data)
        if with_snapshots:
            path = f"droplets/{droplet_id}/destroy_with_associated_resources/dangerous"
            self.send("DELETE", path, 202)
            self._forget_images(lambda taken: taken.of == droplet_id)
        else:
            self.send("DELETE", f"droplets/{droplet_id}", 204)
        self.send("GET", f"droplets/{droplet_id}", 404)
        self._forget_droplets(droplet_id)

    @precondition(lambda self: self.images)
    @rule(data=st.data(), path=st.sampled_from(["snapshots", "images"]))
    def delete_image(self, data: st.DataObject, path: str) -> None:
        image_id, taken = self.image(data)
        if taken.backup and path == "snapshots":
            self.send("DELETE", f"snapshots/{image_id}", 400)
            return
        self.send("DELETE", f"{path}/{image_id}", 204)
        self.send("GET", f"{path}/{image_id}", 404)
        del self.images[image_id]

    @rule(tag=st.sampled_from(TAGS), size=st.integers(1, 3))
    def look_around(self, tag: str, size: int) -> None:
        """Every other list tells the same, in pages of any size."""
        of_tag = {id_ for id_, known in self.droplets.items() if tag in known.tags}
        assert {each["id"] for each in self.pages(f"droplets?tag_name={tag}", "droplets", size)} == of_tag
        of_tag = {id_ for id_, taken in self.images.items() if tag in taken.tags}
        assert {each["id"] for each in self.pages(f"images?tag_name={tag}", "images", size)} == of_tag
        urns = {f"do:droplet:{id_}" for id_ in self.droplets}
        resources = self.pages("projects/default/resources?", "resources", size)
        assert {each["urn"] for each in resources} == urns
        policies = self.send("GET", "droplets/backups/policies?per_page=200", 200)["policies"]
        enabled = {int(id_): each["backup_enabled"] for id_, each in policies.items()}
        assert enabled == {id_: known.backups for id_, known in self.droplets.items()}

    @invariant()
    def what_is_listed_is_what_is_known(self) -> None:
        found = {each["id"]: each for each in self.send("GET", "droplets?per_page=200", 200)["droplets"]}
        assert set(found) == set(self.droplets)
        for droplet_id, known in self.droplets.items():
            shown = found[droplet_id]
            assert (shown["name"], shown["status"], shown["locked"]) == (known.name, known.power, False)
            assert (shown["size_slug"], shown["disk"]) == (known.size, known.disk)
            assert (set(shown["tags"]), "backups" in shown["features"]) == (known.tags, known.backups)
            for name, backup in (("snapshot_ids", False), ("backup_ids", True)):
                of = {id_ for id_, it in self.images.items() if it.of == droplet_id and it.backup == backup}
                assert set(shown[name]) == of
        images = self.send("GET", "images?private=true&per_page=200", 200)["images"]
        assert {each["id"]: self._taken(each) for each in images} == {
            id_: (it.name, it.disk, it.backup, it.tags, it.regions) for id_, it in self.images.items()
        }
        snapshots = self.send("GET", "snapshots?per_page=200", 200)["snapshots"]
        assert {int(each["id"]) for each in snapshots} == {
            id_ for id_, taken in self.images.items() if not taken.backup
        }

    def teardown(self) -> None:
        for droplet_id in self.droplets:
            self.send("DELETE", f"droplets/{droplet_id}", 204)
        for image_id, taken in self.images.items():
            if not taken.backup:
                self.send("DELETE", f"snapshots/{image_id}", 204)
        self.disconnect()

    def _forget_droplets(self, *ids: int) -> None:
        for droplet_id in ids:
            del self.droplets[droplet_id]
            self._forget_backups(droplet_id)

    def _forget_backups(self, droplet_id: int) -> None:
        self._forget_images(lambda taken: taken.backup and taken.of == droplet_id)

    def _forget_images(self, gone: Callable[[Taken], bool]) -> None:
        self.images = {id_: taken for id_, taken in self.images.items() if not gone(taken)}

    @staticmethod
    def _taken(shown: Any) -> tuple[Any, ...]:
        backup, tags = shown["type"] == "backup", set(shown["tags"])
        return shown["name"], shown["min_disk_size"], backup, tags, shown["regions"]
