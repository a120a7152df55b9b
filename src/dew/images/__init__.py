"""The images Droplets are made from that Dew builds itself.

Each is built on the user's own machine from Debian packages alone, as root or as an ordinary user, without a
loop device and without a running virtual machine: packages.py fetches, micro.py and debian.py assemble a root
filesystem, disk.py writes it as a disk that boots by its own boot loader. What runs inside the guest lies in
guest/, as the files it is there: giving a system its identity, growing its disk, ending a freeze that nobody
ended. By hand: `python -m dew.images dew-micro FILE.qcow2`.
"""

from dew.images.debian import Choices
from dew.images.recipe import RECIPES, Recipe, build

__all__ = ["RECIPES", "Choices", "Recipe", "build"]
