"""Our own OpenAPI description as a judge: every answer that a test's client gets is held to it."""

from collections.abc import Sequence

import httpx2
import jsonschema_rs
import msgspec

from dew.api import wire
from dew.api.describe import document
from dew.database.events import Event
from tests.api.judging import Description

DESCRIPTION = Description(document(), jsonschema_rs.Draft202012Validator)
SERVED = ("/v2/", "/dew/v1/")
JSON = "application/json"
ITSELF = "/dew/v1/openapi.json"


async def hold(response: httpx2.Response) -> None:
    """Fail the test if an answer is not as we describe it; a client's hook."""
    method, path = response.request.method, response.request.url.path.removesuffix("/")
    found = DESCRIPTION.find(method, path)
    if found is None:
        served = path.startswith(SERVED) and path != ITSELF and response.is_success and method != "OPTIONS"
        assert not served, f"{method} {path} is not described"
        return
    media_type = response.headers.get("content-type", "").split(";")[0]
    if media_type not in ("", JSON):
        if response.status_code != 416:  # Starlette's, as text, for who asks for bytes beyond the end
            assert media_type in found[1]["responses"][str(response.status_code)]["content"]
        return
    content = await response.aread()
    body = msgspec.json.decode(content) if content else None
    faults = DESCRIPTION.judge(method, path, response.status_code, body)
    assert faults == [], (faults, response.text)


def hold_events(told: Sequence[Event]) -> None:
    """Fail the test if an event that it caused is not as we describe it, unless it made it up: "test"."""
    faults = [(event, fault) for event in told if event.type != "test" for fault in _faults_of(event)]
    assert faults == [], faults


def _faults_of(event: Event) -> list[str]:
    name = f"{event.type.capitalize()}Event"
    schema = DESCRIPTION.document["components"]["schemas"].get(name)
    if schema is None:
        return [f"{event.type} events are not in the description"]
    return DESCRIPTION.faults(schema, msgspec.json.decode(msgspec.json.encode(wire.event(event))))
