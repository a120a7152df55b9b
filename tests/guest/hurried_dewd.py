"""dewd that finds a history deep after five Layers, and looks for that and for due Backups every second."""

from dew.daemon import process
from dew.reconcile import backups, consolidation

if __name__ == "__main__":
    backups.LOOK_EVERY_SECONDS = consolidation.LOOK_EVERY_SECONDS = 1.0
    consolidation.DEEP_LAYERS = 5
    process.main()
