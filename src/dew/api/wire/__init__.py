"""How models look in JSON: a TypedDict and a pure function for each, one file per noun.

DigitalOcean's shapes, and Dew's own. What is the same in every element of a list (sizes, regions) is encoded
once and kept as bytes.
"""

from dew.api.wire.account import Account, account
from dew.api.wire.actions import Action, OwnAction, action, own_action
from dew.api.wire.associated import Associated, AssociatedStatus, associated, associated_status
from dew.api.wire.backups import (
    BackupPlan,
    BackupRecord,
    BackupSchedule,
    SupportedBackupPolicy,
    backup_plans,
    backup_record,
    own_schedule,
    supported_backup_policies,
)
from dew.api.wire.billing import (
    Balance,
    BillingEntry,
    CostItem,
    Costs,
    Invoice,
    InvoiceItem,
    InvoiceSummary,
    balance,
    billing_entries,
    cost_item,
    costs,
    invoice,
    invoice_item,
    invoice_summary,
    invoice_uuid,
)
from dew.api.wire.daemon import DaemonStatus, Recipe
from dew.api.wire.droplets import Droplet, droplet
from dew.api.wire.events import Event, event
from dew.api.wire.exports import Export, own_export
from dew.api.wire.findings import Finding
from dew.api.wire.fits import Fit, fit
from dew.api.wire.histories import HistoryNode, node
from dew.api.wire.images import Image, failed_import, image
from dew.api.wire.keys import Key, key
from dew.api.wire.metrics import DropletMetrics, MetricsPoint, Monitoring, metrics_point, monitoring
from dew.api.wire.overviews import Overview, overview
from dew.api.wire.own_droplets import OwnDroplet, own_droplet
from dew.api.wire.own_images import OwnImage, own_image
from dew.api.wire.ports import Port, exposure
from dew.api.wire.projects import Project, ProjectResource, project, project_resource
from dew.api.wire.regions import Region, region
from dew.api.wire.sessions import ListedSession, Session, SessionLink, listed_session, session, session_link
from dew.api.wire.simulation import Simulation, simulation
from dew.api.wire.sizes import Size, size
from dew.api.wire.snapshots import OwnSnapshot, Snapshot, droplet_snapshot, own_snapshot, snapshot
from dew.api.wire.space import Storage, Taker, storage, taker
from dew.api.wire.store import Store, store
from dew.api.wire.tags import Tag, tag
from dew.api.wire.tokens import NewToken, Token, new_token, token
from dew.api.wire.units import time
from dew.api.wire.uploads import Upload, upload
from dew.api.wire.vpcs import Vpc, VpcMember, vpc, vpc_member

__all__ = [
    "Account",
    "Action",
    "Associated",
    "AssociatedStatus",
    "BackupPlan",
    "BackupRecord",
    "BackupSchedule",
    "Balance",
    "BillingEntry",
    "CostItem",
    "Costs",
    "DaemonStatus",
    "Droplet",
    "DropletMetrics",
    "Event",
    "Export",
    "Finding",
    "Fit",
    "HistoryNode",
    "Image",
    "Invoice",
    "InvoiceItem",
    "InvoiceSummary",
    "Key",
    "ListedSession",
    "MetricsPoint",
    "Monitoring",
    "NewToken",
    "Overview",
    "OwnAction",
    "OwnDroplet",
    "OwnImage",
    "OwnSnapshot",
    "Port",
    "Project",
    "ProjectResource",
    "Recipe",
    "Region",
    "Session",
    "SessionLink",
    "Simulation",
    "Size",
    "Snapshot",
    "Storage",
    "Store",
    "SupportedBackupPolicy",
    "Tag",
    "Taker",
    "Token",
    "Upload",
    "Vpc",
    "VpcMember",
    "account",
    "action",
    "associated",
    "associated_status",
    "backup_plans",
    "backup_record",
    "balance",
    "billing_entries",
    "cost_item",
    "costs",
    "droplet",
    "droplet_snapshot",
    "event",
    "exposure",
    "failed_import",
    "fit",
    "image",
    "invoice",
    "invoice_item",
    "invoice_summary",
    "invoice_uuid",
    "key",
    "listed_session",
    "metrics_point",
    "monitoring",
    "new_token",
    "node",
    "overview",
    "own_action",
    "own_droplet",
    "own_export",
    "own_image",
    "own_schedule",
    "own_snapshot",
    "project",
    "project_resource",
    "region",
    "session",
    "session_link",
    "simulation",
    "size",
    "snapshot",
    "storage",
    "store",
    "supported_backup_policies",
    "tag",
    "taker",
    "time",
    "token",
    "upload",
    "vpc",
    "vpc_member",
]
