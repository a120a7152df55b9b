"""Make a checkout run from its virtual environment: installed editably, without a build or the network.

Run by the environment's own interpreter, with the checkout's path.
"""

import compileall
import sys
import sysconfig
import tomllib
from pathlib import Path

SCRIPT = """\
#!/bin/sh
''':'
exec "{python}" "$0" "$@"
'''
import sys
from {module} import {function}
sys.exit({function}())
"""
"""A shell script that is Python too: a #! line can hold neither spaces nor a long path."""


def link(checkout: Path) -> None:
    """Make src importable and its commands callable, and compile it."""
    source = checkout / "src"
    Path(sysconfig.get_path("purelib"), "dew.pth").write_text(f"{source}\n")
    project = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]
    for name, target in project["scripts"].items():
        module, _, function = target.partition(":")
        write_script(Path(sysconfig.get_path("scripts"), name), module, function)
    compileall.compile_dir(source, quiet=2)  # whoever imports a broken file hears of it


def write_script(path: Path, module: str, function: str) -> None:
    """Write a command that calls ``function`` of ``module``."""
    path.write_text(SCRIPT.format(python=sys.executable, module=module, function=function))
    path.chmod(0o755)


if __name__ == "__main__":
    link(Path(sys.argv[1]))
