"""docs/api-coverage.md: every operation of DigitalOcean's description, whether it works here, and its test.

``python -m tests.api.coverage`` writes it; it wants the description (tests/api/description.py).
"""

from pathlib import Path

from tests.api import description
from tests.api.test_answers_fit_digitaloceans_description import CLAIMED

PAGE = Path(__file__).parents[2] / "docs" / "api-coverage.md"
JUDGE = "test_answers_fit_digitaloceans_description.py"
REFUSAL = "test_what_is_not_offered_says_so.py"
TESTS = {  # the first prefix that fits: what the judge does not know, such as what an operation does
    "/v2/account/keys": "test_ssh_keys_are_what_openssh_would_accept.py",
    "/v2/tags": "test_tags_find_and_move_many.py",
    "/v2/projects": "test_everything_is_in_one_project_and_its_regions_vpc.py",
    "/v2/vpcs": "test_everything_is_in_one_project_and_its_regions_vpc.py",
    "/v2/droplets/{droplet_id}/destroy_with": "test_a_droplet_goes_with_its_snapshots.py",
    "/v2/droplets/backups": "test_backups_speak_digitaloceans_dialect.py",
    "/v2/droplets/{droplet_id}/backups": "test_backups_speak_digitaloceans_dialect.py",
    "/v2/monitoring/metrics": "test_droplets_tell_what_they_use.py",
    "/v2/customers/my": "test_costs_are_told.py",
    "/v2/droplets": "test_droplets_speak_digitaloceans_dialect.py",
    "/v2/images/{image_id}/actions": "test_an_image_is_brought_to_another_region.py",
    "/v2/images": "test_images_and_snapshots_are_two_views_of_one_thing.py",
    "/v2/snapshots": "test_images_and_snapshots_are_two_views_of_one_thing.py",
}
HEAD = f"""\
# What of DigitalOcean's API v2 works here

Made by `python -m tests.api.coverage` from DigitalOcean's public description; a test fails if it is stale.
*Works*: answers as described, which `{JUDGE}`
holds against the description, and does what it says. *Empty*: a list of what there is none of here.
*Refused*: answers 501 in DigitalOcean's shape (`{REFUSAL}`). What is not in this list
answers 404. The tests are in `tests/api/`.

"""


def page() -> str:
    """Return the page as it should be."""
    rows = [_row(method, path, operation["operationId"]) for method, path, operation in _sorted()]
    works = sum(operation["operationId"] in CLAIMED for _, _, operation in description.operations())
    counted = f"{works} of {len(rows)} operations are answered, {len(rows) - works} refused.\n\n"
    head = "| operation | request | here | its test |\n| --- | --- | --- | --- |\n"
    return HEAD + counted + head + "".join(rows)


def _sorted() -> list[tuple[str, str, dict[str, str]]]:
    return sorted(description.operations(), key=lambda each: (each[1], each[0]))


def _row(method: str, path: str, operation_id: str) -> str:
    state, test = _state(path, operation_id), _test(path, operation_id)
    return f"| {operation_id} | `{method} {path}` | {state} | `{test}` |\n"


def _state(path: str, operation_id: str) -> str:
    if operation_id not in CLAIMED:
        return "refused"
    return "empty" if operation_id in EMPTY else "works"


def _test(path: str, operation_id: str) -> str:
    if operation_id not in CLAIMED or operation_id in EMPTY:
        return REFUSAL
    return next((test for prefix, test in TESTS.items() if path.startswith(prefix)), JUDGE)


EMPTY = {
    "droplets_list_kernels",
    "droplets_list_firewalls",
    "droplets_list_neighbors",
    "droplets_list_neighborsIds",
    "firewalls_list",
    "volumes_list",
    "reservedIPs_list",
    "floatingIPs_list",
    "reservedIPv6_list",
    "vpcPeerings_list",
    "vpcs_list_peerings",
    "autoscalepools_list",
    "monitoring_list_alertPolicy",
}


if __name__ == "__main__":
    PAGE.write_text(page())
