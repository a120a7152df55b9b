"""SSH keys, by id or by fingerprint."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, openssh, wire
from dew.api.answers import answer, no_content
from dew.api.operation import deleted, described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import keys
from dew.model.errors import Invalid

BY_ID_OR_FINGERPRINT = {"identifier": int | str}

router = Router(prefix="/account/keys")


@router.get("")
@listed("ssh_keys", wire.Key)
async def list_keys(request: Request) -> Response:
    page = page_of(request)
    async with parts_of(request).database.read() as tx:
        found, total = await keys.page(tx, page.offset, page.size)
    return listing(request, "ssh_keys", [wire.key(key) for key in found], page, total)


@router.post("")
@described({"ssh_key": wire.Key}, 201, body={"name": str, "public_key": str})
async def create_key(request: Request) -> Response:
    body = await fields.read_object(request)
    name = fields.required_label(body, "name")
    given = fields.text(body, "public_key", openssh.LONGEST_LINE)
    if given is None:
        raise Invalid("Public key can't be blank.")
    public = openssh.parse(given)
    async with parts_of(request).database.write() as tx:
        key = await keys.add(tx, name, public.fingerprint, public.line, datetime.now(UTC))
    return answer({"ssh_key": wire.key(key)}, 201)


@router.get("/{identifier}")
@described({"ssh_key": wire.Key}, path=BY_ID_OR_FINGERPRINT)
async def get_key(request: Request) -> Response:
    async with parts_of(request).database.read() as tx:
        key = await keys.get(tx, _identifier(request))
    return answer({"ssh_key": wire.key(key)})


@router.put("/{identifier}")
@described({"ssh_key": wire.Key}, body={"name": str}, path=BY_ID_OR_FINGERPRINT)
async def rename_key(request: Request) -> Response:
    name = fields.required_label(await fields.read_object(request), "name")
    async with parts_of(request).database.write() as tx:
        key = await keys.rename(tx, _identifier(request), name)
    return answer({"ssh_key": wire.key(key)})


@router.delete("/{identifier}")
@deleted(path=BY_ID_OR_FINGERPRINT)
async def delete_key(request: Request) -> Response:
    async with parts_of(request).database.write() as tx:
        await keys.remove(tx, _identifier(request))
    return no_content()


def _identifier(request: Request) -> keys.Identifier:
    return identifier(request.path_params["identifier"])


def identifier(given: int | str) -> keys.Identifier:
    """Return a key's id, given as a number or as digits, or its fingerprint."""
    as_number = fields.as_id(given)
    return str(given).lower() if as_number is None else as_number
