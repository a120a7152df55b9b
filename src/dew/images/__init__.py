"""The images Droplets are made from: built here, fetched from their distribution, or brought by people.

Dew's own are built on the user's own machine from Debian packages alone, as root or as an ordinary user,
without a loop device and without a running virtual machine: packages.py fetches, micro.py and debian.py
assemble a root filesystem, disk.py writes it as a disk that boots by its own boot loader. What runs in the
guest lies in guest/, as the files it is there: giving a system its identity, growing its disk, ending a
freeze that nobody ended. By hand: `python -m dew.images dew-micro FILE.qcow2`.

All others are strangers: catalogue.py and cloud.py know what distributions publish, fetch.py gets it from
addresses that address_policy.py allows, inspection.py says what a file is or why it is refused, and
unpacking.py and conversion.py work on it inside the sandbox of confinement.py. importer.py has them in order.
"""

from dew.images.debian import Choices
from dew.images.recipe import RECIPES, Recipe, build

__all__ = ["RECIPES", "Choices", "Recipe", "build"]
