"""The pictures that the README shows: python -m tests.panel.pictures writes them anew into docs/pictures/."""

import tempfile
from pathlib import Path

from tests.guest.dewd import REPOSITORY, Dewd, dewd_on
from tests.panel.browser import Visit, chromium

PICTURES = REPOSITORY / "docs" / "pictures"
SIZE = (1200, 720)
FURNITURE = {"web-1": ["web", "prod"], "web-2": ["web", "prod"], "db": ["prod"], "playground": []}


def furnish(dewd: Dewd) -> int:
    """Make some Droplets; return the id of the one that was restored."""
    made = {name: dewd.create(name, tags=tags) for name, tags in FURNITURE.items()}
    web = made["web-1"]
    first = web.snapshot("fresh")
    web.snapshot("before the upgrade")
    web.restore(first)
    web.snapshot("2026-05-01")
    made["playground"].act("power_off")
    return web.id


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as cache, dewd_on(Path(cache), DEW_SIMULATE="1") as dewd:
        web = furnish(dewd)
        with chromium() as browser:
            visit = Visit(browser, dewd, width=SIZE[0], height=SIZE[1]).sign_in()
            for name, path in {
                "droplets": "/droplets",
                "snapshots": f"/droplets/{web}/snapshots",
                "create": "/droplets/new",
            }.items():
                visit.go(path).screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
