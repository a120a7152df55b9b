"""All kinds of Action there are."""

from dew.actions.backup import BACKUP
from dew.actions.backup_policy import CHANGE_BACKUP_POLICY, DISABLE_BACKUPS, ENABLE_BACKUPS
from dew.actions.build_image import BUILD_IMAGE
from dew.actions.check_store import CHECK_STORE
from dew.actions.consolidate import CONSOLIDATE
from dew.actions.convert import CONVERT
from dew.actions.create import CREATE
from dew.actions.delete_image import DELETE_IMAGE
from dew.actions.destroy import DESTROY
from dew.actions.export_snapshot import EXPORT_SNAPSHOT
from dew.actions.expose import EXPOSE_PORT, HIDE_PORT
from dew.actions.fetch_image import FETCH_IMAGE
from dew.actions.import_image import IMPORT_IMAGE
from dew.actions.import_snapshot import IMPORT_SNAPSHOT
from dew.actions.password_reset import PASSWORD_RESET
from dew.actions.power import POWER_CYCLE, POWER_OFF, POWER_ON, REBOOT, SHUTDOWN
from dew.actions.rebuild import REBUILD
from dew.actions.rename import RENAME
from dew.actions.resize import RESIZE
from dew.actions.restore import RESTORE
from dew.actions.snapshot import SNAPSHOT
from dew.actions.snapshot_off import SNAPSHOT_OFF
from dew.actions.transfer import TRANSFER
from dew.actions.undo import UNDO

KINDS = (
    CREATE,
    DESTROY,
    POWER_ON,
    POWER_OFF,
    SHUTDOWN,
    REBOOT,
    POWER_CYCLE,
    SNAPSHOT,
    SNAPSHOT_OFF,
    BACKUP,
    ENABLE_BACKUPS,
    CHANGE_BACKUP_POLICY,
    DISABLE_BACKUPS,
    CONVERT,
    EXPORT_SNAPSHOT,
    IMPORT_SNAPSHOT,
    RESTORE,
    REBUILD,
    UNDO,
    RESIZE,
    PASSWORD_RESET,
    RENAME,
    EXPOSE_PORT,
    HIDE_PORT,
    BUILD_IMAGE,
    IMPORT_IMAGE,
    FETCH_IMAGE,
    DELETE_IMAGE,
    TRANSFER,
    CHECK_STORE,
    CONSOLIDATE,
)
