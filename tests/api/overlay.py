"""What is wrong with DigitalOcean's description, and what it should say: found by holding answers to it.

Each entry is a defect: where it is (names from the root of the description), what stands there instead, why.
"""

from dataclasses import dataclass
from typing import Any

ERROR = {"$ref": "#/components/schemas/error"}
TAGGED = ("components", "schemas", "tags", "properties", "resources", "allOf", 1, "properties")


@dataclass(frozen=True)
class Defect:
    """``at`` names a place; a name that is not there yet is added."""

    at: tuple[str | int, ...]
    instead: Any
    why: str


DEFECTS = (
    Defect(
        ("components", "responses", "tags_bad_request", "content", "application/json", "schema"),
        ERROR,
        "no client reads error and root_causes; all read id and message, as everywhere else",
    ),
    Defect((*TAGGED, "images"), {"$ref": "#/components/schemas/tags_metadata"}, "it is written imgages"),
    *(
        Defect(
            ("components", "responses", response, "content", "application/json", "schema"),
            {
                "type": "object",
                "required": ["action"],
                "properties": {"action": {"$ref": "#/components/schemas/action"}},
            },
            "its example wraps the Action, as all clients expect, and its schema does not",
        )
        for response in ("get_image_action_response", "post_image_action_response")
    ),
)


def mend(description: Any) -> Any:
    """Return the description with its defects mended, in place."""
    for defect in DEFECTS:
        node = description
        for name in defect.at[:-1]:
            node = node[name]
        node[defect.at[-1]] = defect.instead
    return description
