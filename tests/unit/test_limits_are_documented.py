"""docs/limits.md tells every bound there is, and tells it right."""

import ast
import importlib
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
ROW = re.compile(r"^\| .* \| ([0-9]+)(?: (KiB|MiB|days|hours))? \| `([\w.]+)` \|$", re.MULTILINE)
UNITS = {"": 1, "KiB": 2**10, "MiB": 2**20, "days": 1, "hours": 1}
BOUND = re.compile(r"(MOST|LONGEST|LARGEST|KEPT)_[A-Z_]+|max_[a-z_]+|keep_[a-z_]+")
FLOORS = ("api", "actions", "streams", "database", "reconcile", "daemon", "config.py", "journal.py")

NOT_MADE_BY_CLIENTS = {
    "dew.api.fields.LARGEST_ID_DIGITS",  # what an id can look like
    "dew.api.auth.LONGEST_SECRET",  # what a token can look like
    "dew.api.create_request.MOST_VOLUMES",  # there are none yet
    "dew.database.layers.LONGEST_CHAIN",  # tells a loop from a history
    "dew.journal.MOST_LINES",  # the API's own bound is lower
    "dew.actions.world.Settings.max_droplets",  # come from Config
    "dew.actions.world.Settings.max_images",
    "dew.api.parts.ApiSettings.keep_retired_hours",
}

text = (REPOSITORY / "docs/limits.md").read_text()
documented = {name: (number, unit) for number, unit, name in ROW.findall(text)}


@pytest.mark.parametrize("name", documented)
def test_a_documented_bound_is_the_one_that_holds(name: str) -> None:
    number, unit = documented[name]
    assert valued(name) == int(number) * UNITS[unit]


def valued(name: str) -> object:
    place, _, last = name.rpartition(".")
    try:
        return getattr(importlib.import_module(place), last)
    except ModuleNotFoundError:
        module, _, class_ = place.rpartition(".")
        return getattr(getattr(importlib.import_module(module), class_), last)


def test_every_bound_is_documented() -> None:
    found = {name for path in sources() for name in bounds_in(path)}
    assert len(found) > 20, "the search finds them"
    assert found - set(documented) == NOT_MADE_BY_CLIENTS


def sources() -> list[Path]:
    places = [REPOSITORY / "src/dew" / floor for floor in FLOORS]
    return [path for place in places for path in ([place] if place.is_file() else place.rglob("*.py"))]


def bounds_in(path: Path) -> list[str]:
    """Return the full names of the constants and settings in a file that are called like bounds."""
    module = ".".join(path.relative_to(REPOSITORY / "src").with_suffix("").parts).removesuffix(".__init__")
    found = []
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.append(f"{module}.{node.targets[0].id}")
        if isinstance(node, ast.ClassDef):
            fields = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
            found += [f"{module}.{node.name}.{each.id}" for each in fields if isinstance(each, ast.Name)]
    return [name for name in found if BOUND.fullmatch(name.rpartition(".")[2])]
