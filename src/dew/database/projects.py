"""Projects: there is one, the default one, and everything is in it. What users call it is a fact."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid5

from dew.database import events, facts
from dew.database.connect import Tx
from dew.model.vpc import DEWS_IDS, MADE_AT

DEFAULT_PROJECT = "default_project"
DEFAULT_ID = str(uuid5(DEWS_IDS, "project default"))


@dataclass(frozen=True)
class Project:
    """What users say of the default project."""

    name: str = "Default"
    description: str = "Default project"
    purpose: str = "Just trying out DigitalOcean"
    environment: str = "Development"
    updated_at: datetime = MADE_AT


async def get(tx: Tx) -> Project:
    """Return the default project."""
    written = json.loads(await facts.get(tx, DEFAULT_PROJECT) or "{}")
    if "updated_at" in written:
        written["updated_at"] = datetime.fromisoformat(written["updated_at"])
    return Project(**written)


async def change(tx: Tx, values: Mapping[str, str]) -> Project:
    """Say something else of the default project and return it."""
    changed = replace(await get(tx), **values, updated_at=datetime.now(UTC))
    written = {**vars(changed), "updated_at": changed.updated_at.isoformat()}
    await facts.put(tx, DEFAULT_PROJECT, json.dumps(written))
    await events.append(tx, "project", "project", 1)
    return changed
