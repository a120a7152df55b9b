"""Which files answer for what: DigitalOcean's nouns, and Dew's own."""

from dew.api import (
    account,
    actions,
    associated,
    backups,
    billing,
    droplet_actions,
    droplets,
    events,
    image_actions,
    images,
    keys,
    monitoring,
    not_offered,
    projects,
    regions,
    sizes,
    snapshots,
    tags,
    vpcs,
)
from dew.api.own import actions as own_actions
from dew.api.own import backups as own_backups
from dew.api.own import consoles as own_consoles
from dew.api.own import costs as own_costs
from dew.api.own import daemon as own_daemon
from dew.api.own import doctor as own_doctor
from dew.api.own import droplets as own_droplets
from dew.api.own import exports as own_exports
from dew.api.own import histories as own_histories
from dew.api.own import images as own_images
from dew.api.own import metrics as own_metrics
from dew.api.own import overviews as own_overviews
from dew.api.own import ports as own_ports
from dew.api.own import session as own_session
from dew.api.own import simulate as own_simulate
from dew.api.own import sizes as own_sizes
from dew.api.own import snapshots as own_snapshots
from dew.api.own import storage as own_storage
from dew.api.own import store as own_store
from dew.api.own import tokens as own_tokens
from dew.api.own import uploads as own_uploads

NOUNS = (
    account,
    keys,
    sizes,
    regions,
    backups,
    billing,
    droplet_actions,
    associated,
    images,
    image_actions,
    snapshots,
    actions,
    tags,
    projects,
    vpcs,
    monitoring,
    not_offered,
    droplets,  # last: of the others some lie below its own paths
)
OWN_NOUNS = (
    own_daemon,
    events,
    own_actions,
    own_overviews,
    own_droplets,
    own_consoles,
    own_ports,
    own_snapshots,
    own_backups,
    own_costs,
    own_exports,
    own_images,
    own_uploads,
    own_tokens,
    own_session,
    own_store,
    own_sizes,
    own_simulate,
    own_histories,
    own_metrics,
    own_storage,
    own_doctor,
)
