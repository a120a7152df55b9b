"""Action: a long-running change, durable, with progress. DigitalOcean's Action object is this row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

WireStatus = Literal["in-progress", "completed", "errored"]
"""DigitalOcean's three words for where an Action is."""


class ActionState(StrEnum):
    """Where an Action is in its life (docs/writing-actions.md draws it)."""

    RUNNING = "running"
    UNWINDING = "unwinding"
    COMPLETED = "completed"
    ERRORED = "errored"
    STUCK = "stuck"

    @property
    def open(self) -> bool:
        """Whether somebody still works on it."""
        return self in (ActionState.RUNNING, ActionState.UNWINDING)

    @property
    def wire(self) -> WireStatus:
        """DigitalOcean's three words for it."""
        if self.open:
            return "in-progress"
        return "completed" if self is ActionState.COMPLETED else "errored"


@dataclass(frozen=True)
class Action:
    """One row of the history; ``step`` is the name of the last step that is done."""

    id: int
    kind: str  # DigitalOcean's type where it has one: create, snapshot, restore, power_on …
    version: int  # of the kind's steps, so that an upgrade can tell what it finds
    resource_type: str  # droplet or image
    resource_id: int
    region: str
    params: Mapping[str, Any]  # what was asked, and every id that was chosen at acceptance
    outputs: Mapping[str, Any]  # what the steps recorded, for later steps and for undo
    state: ActionState
    step: str  # "" before the first
    progress: int  # percent
    message: str  # what it does now, for people
    error: str  # why it ended badly, in a sentence; "" otherwise
    generation: int  # of the owner; a write by an older owner changes nothing
    cancel_requested: bool
    started_at: datetime
    completed_at: datetime | None
