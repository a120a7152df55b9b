"""What a browser has to fetch before the panel can be used."""

import gzip

from tests.guest.dewd import REPOSITORY
from tests.panel.browser import Visit

BUILT = REPOSITORY / "src" / "dew" / "panel" / "built"
MOST_BYTES = 250_000  # of script and style, gzipped


def test_script_and_style_of_the_first_load_are_under_250_kb(visit: Visit) -> None:
    fetched: list[str] = []
    visit.page.on("request", lambda request: fetched.append(request.url))
    visit.go("/droplets")
    names = [url.rpartition("/")[2] for url in fetched if url.endswith((".js", ".css"))]
    size = sum(len(gzip.compress((BUILT / "assets" / name).read_bytes())) for name in names)
    assert names
    assert size < MOST_BYTES, f"{size} bytes in {names}"


def test_nothing_is_asked_of_any_other_host(visit: Visit) -> None:
    fetched: list[str] = []
    visit.page.on("request", lambda request: fetched.append(request.url))
    for path in ("/droplets", "/droplets/new", "/images", "/settings", "/activity", "/billing"):
        visit.go(path)
    assert [url for url in fetched if not url.startswith((visit.url, "data:", "blob:"))] == []
