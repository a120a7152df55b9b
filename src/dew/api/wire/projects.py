"""DigitalOcean's project object, and what is in a project."""

from typing import Literal, TypedDict

from dew.api.wire.units import Instant, time
from dew.database.projects import DEFAULT_ID
from dew.database.projects import Project as ProjectModel
from dew.model.droplet import Droplet
from dew.model.vpc import MADE_AT

OWNER_ID = 1  # there is one account


class Project(TypedDict):
    """The default project, which everything is in."""

    id: str
    owner_uuid: str
    owner_id: int
    name: str
    description: str
    purpose: str
    environment: str
    is_default: bool
    created_at: Instant
    updated_at: Instant


class SelfLink(TypedDict):
    """Where a resource is found."""

    self: str


class ProjectResource(TypedDict):
    """A Droplet as its project lists it."""

    urn: str
    assigned_at: Instant
    links: SelfLink
    status: Literal["ok", "already_assigned"]


def project(project: ProjectModel, owner_uuid: str) -> Project:
    """DigitalOcean's project object."""
    return {
        "id": DEFAULT_ID,
        "owner_uuid": owner_uuid,
        "owner_id": OWNER_ID,
        "name": project.name,
        "description": project.description,
        "purpose": project.purpose,
        "environment": project.environment,
        "is_default": True,
        "created_at": time(MADE_AT),
        "updated_at": time(project.updated_at),
    }


def project_resource(
    droplet: Droplet, base_url: str, status: Literal["ok", "already_assigned"]
) -> ProjectResource:
    """A Droplet as its project lists it."""
    return {
        "urn": f"do:droplet:{droplet.id}",
        "assigned_at": time(droplet.created_at),
        "links": {"self": f"{base_url}v2/droplets/{droplet.id}"},
        "status": status,
    }
