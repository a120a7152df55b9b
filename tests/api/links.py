"""What DigitalOcean's description does not say: which answers name what other requests are about.

It links SSH keys only, to operations that it does not have. With these, made-up requests come by the ids of
what there is, in any order.
"""

from collections.abc import Iterator
from typing import Any

from tests.api.house import ED25519, SIZE, SLUG

BIGGER = "s-1vcpu-1gb"
MADE = {"name": "made", "size": SIZE, "image": SLUG, "tags": ["web"], "backups": True}
DROPLET = (
    *("droplets_get", "droplets_destroy", "dropletActions_list", "dropletActions_post"),
    *("droplets_list_snapshots", "droplets_list_backups", "droplets_get_backup_policy"),
    *("droplets_list_kernels", "droplets_list_firewalls", "droplets_list_neighbors"),
    *("droplets_list_associatedResources", "droplets_get_DestroyAssociatedResourcesStatus"),
    *("droplets_destroy_withAssociatedResourcesDangerous", "droplets_destroy_retryWithAssociatedResources"),
)
IMAGE = ("images_get", "images_update", "images_delete", "imageActions_list", "imageActions_post")
SNAPSHOT = ("snapshots_get", "snapshots_delete")
KEY = ("sshKeys_get", "sshKeys_update", "sshKeys_delete")
TAG = ("tags_get", "tags_delete", "tags_assign_resources", "tags_unassign_resources")
PROJECT = (
    *("projects_get", "projects_update", "projects_patch"),
    *("projects_list_resources", "projects_assign_resources"),
)
OF_MACHINES = {
    *("droplets_create", "droplets_list", "images_list", "actions_get", "dropletActions_get"),
    *("imageActions_get", "dropletActions_post_byTag", *DROPLET, *IMAGE, *SNAPSHOT),
}
"""What a story is about alone: among all that there is, it would hardly come to anything."""
VPC = ("vpcs_get", "vpcs_list_members", "vpcs_list_peerings")
INVOICE = ("invoices_get_byUUID", "invoices_get_summaryByUUID", "invoices_get_csvByUUID")
FILTERED = ("droplets_list", "images_list")
"""Lists that are asked for whole: what a made-up filter lets through has no ids in it."""
ACTS = (
    *({"type": type_} for type_ in ("power_on", "power_off", "shutdown", "reboot", "power_cycle")),
    *({"type": type_} for type_ in ("password_reset", "enable_backups", "disable_backups")),
    {"type": "snapshot", "name": "before"},
    {"type": "rename", "name": "other"},
    {"type": "resize", "size": BIGGER, "disk": False},
    {"type": "change_backup_policy", "backup_policy": {"plan": "weekly", "weekday": "SUN", "hour": 8}},
)
NAMES = {  # an answer's operation: (what is named there, by which parameter, of which operations)
    "droplets_create": (
        ("droplet/id", "droplet_id", DROPLET),
        ("links/actions/0/id", "action_id", ("actions_get",)),
    ),
    "droplets_list": (("droplets/0/id", "droplet_id", DROPLET),),
    "droplets_list_snapshots": (
        ("snapshots/0/id", "image_id", IMAGE),
        ("snapshots/0/id", "snapshot_id", SNAPSHOT),
    ),
    "images_list": (("images/0/id", "image_id", IMAGE),),
    "images_create_custom": (("image/id", "image_id", IMAGE),),
    "snapshots_list": (("snapshots/0/id", "snapshot_id", SNAPSHOT),),
    "dropletActions_post": (("action/id", "action_id", ("actions_get",)),),
    "imageActions_post": (("action/id", "action_id", ("actions_get",)),),
    "actions_list": (("actions/0/id", "action_id", ("actions_get",)),),
    "sshKeys_create": (
        ("ssh_key/id", "ssh_key_identifier", KEY),
        ("ssh_key/fingerprint", "ssh_key_identifier", KEY),
    ),
    "tags_create": (("tag/name", "tag_id", TAG),),
    "tags_list": (("tags/0/name", "tag_id", TAG),),
    "projects_list": (("projects/0/id", "project_id", PROJECT),),
    "vpcs_list": (("vpcs/0/id", "vpc_id", VPC),),
    "invoices_list": (("invoice_preview/invoice_uuid", "invoice_uuid", INVOICE),),
}


def linked(description: Any) -> Any:
    """Return the description with its links, in place."""
    for answer in description["components"]["responses"].values():
        answer.pop("links", None)
    answers = {
        operation["operationId"]: answer
        for operation in _operations(description)
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    }
    for operation in _operations(description):
        if operation["operationId"] in FILTERED:
            del operation["parameters"]
    for source, link in _links():
        answer = answers[source]
        while "$ref" in answer:
            answer = description["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        found = answer.setdefault("links", {})
        found[f"{source}-{len(found)}"] = link
    return description


def _operations(description: Any) -> Iterator[dict[str, Any]]:
    for item in description["paths"].values():
        yield from (each for each in item.values() if isinstance(each, dict) and "operationId" in each)


def _links() -> Iterator[tuple[str, dict[str, Any]]]:
    for source, named in NAMES.items():
        for pointer, parameter, targets in named:
            for target in targets:
                yield source, _link(target, {parameter: f"$response.body#/{pointer}"})
    for source, pointer in (("droplets_create", "droplet/id"), ("droplets_list", "droplets/0/id")):
        for body in ACTS:
            yield source, _link("dropletActions_post", {"droplet_id": f"$response.body#/{pointer}"}, body)
    yield from _beginnings()
    yield from _deeds()


def _beginnings() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what makes something of nothing: a made-up key or size would be none."""
    yield "account_get", _link("sshKeys_create", {}, {"name": "laptop", "public_key": ED25519})
    yield "account_get", _link("tags_create", {}, {"name": "web"})
    yield "droplets_list", _link("droplets_create", {}, MADE)
    yield "droplets_list", _link("dropletActions_post_byTag", {"tag_name": "web"}, {"type": "power_on"})
    yield "account_get", _link("droplets_destroy_byTag", {"tag_name": "web"})


def _deeds() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what takes a body that names something."""
    yield "images_list", _link("droplets_create", {}, {**MADE, "image": "$response.body#/images/0/id"})
    one = "$response.body#/snapshots/0/id"
    yield "droplets_list_snapshots", _link("droplets_create", {}, {**MADE, "image": one})
    for type_ in ("restore", "rebuild"):
        same = {"droplet_id": "$request.path.droplet_id"}
        yield "droplets_list_snapshots", _link("dropletActions_post", same, {"type": type_, "image": one})
    transfer = {"type": "transfer", "region": "fra1"}
    yield "droplets_list_snapshots", _link("imageActions_post", {"image_id": one}, transfer)
    wanted = {"resources": [{"resource_id": "{$response.body#/droplet/id}", "resource_type": "droplet"}]}
    for target in ("tags_assign_resources", "tags_unassign_resources"):
        yield "droplets_create", _link(target, {"tag_id": "web"}, wanted)
    urns = {"resources": ["do:droplet:{$response.body#/droplet/id}"]}
    yield "droplets_create", _link("projects_assign_resources_default", {}, urns)
    both = {"droplet_id": "$response.body#/action/resource_id", "action_id": "$response.body#/action/id"}
    yield "dropletActions_post", _link("dropletActions_get", both)
    both = {"image_id": "$response.body#/action/resource_id", "action_id": "$response.body#/action/id"}
    yield "imageActions_post", _link("imageActions_get", both)


def _link(target: str, parameters: dict[str, str], body: dict[str, Any] | None = None) -> dict[str, Any]:
    link: dict[str, Any] = {"operationId": target, "parameters": parameters}
    return link if body is None else {**link, "requestBody": body, "x-schemathesis": {"merge_body": False}}
