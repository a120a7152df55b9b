"""Uploads: files for Images, sent in pieces, each gone on with where the last one ended.

POST /uploads {file_name, size_bytes, sha256}   →  {"upload": {"id", "received_bytes", …}}
PATCH /uploads/ID, Upload-Offset: N, the bytes  →  as it is then; 409 if another offset is next
GET, HEAD /uploads/ID                           →  how far it is, also as Upload-Offset
POST /images/import {upload_id, name}           →  the Action that makes an Image of it
"""

import re
from typing import NotRequired, Required, TypedDict

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer, no_content
from dew.api.operation import BINARY, Bytes, deleted, described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.model.errors import Invalid
from dew.model.upload import Upload

OFFSET = "upload-offset"
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)

ONE = {"upload": wire.Upload}

router = Router(prefix="/uploads")


class BeginUpload(TypedDict):
    """A file to send; ``sha256`` is held against what arrives."""

    file_name: str
    size_bytes: int
    sha256: NotRequired[str | None]


@router.post("")
@described(ONE, 201, body=BeginUpload)
async def begin_upload(request: Request) -> Response:
    body = await fields.read_object(request)
    size_bytes, sha256 = fields.as_id(body.get("size_bytes")), fields.text(body, "sha256")
    if size_bytes is None:
        raise Invalid("size_bytes must be a number.")
    if sha256 is not None and not SHA256.fullmatch(sha256):
        raise Invalid("sha256 must be 64 lower-case hexadecimal digits.")
    file_name = fields.required_label(body, "file_name")
    return _answer(await parts_of(request).uploads.begin(file_name, size_bytes, sha256), 201)


@router.get("")
@described({"uploads": list[wire.Upload]})
async def list_uploads(request: Request) -> Response:
    return answer({"uploads": [wire.upload(each) for each in await parts_of(request).uploads.list_all()]})


@router.at("/{upload_id}", "GET", "HEAD")
@described(ONE)
async def get_upload(request: Request) -> Response:
    return _answer(await parts_of(request).uploads.get(fields.path_id(request, "upload_id")))


@router.patch("/{upload_id}")
@described(ONE, headers={OFFSET: Required[int]}, body=Bytes, body_media_type=BINARY)
async def receive(request: Request) -> Response:
    upload_id, offset = fields.path_id(request, "upload_id"), fields.as_id(request.headers.get(OFFSET))
    if offset is None:
        raise Invalid("The header Upload-Offset must say where the bytes begin.")
    return _answer(await parts_of(request).uploads.receive(upload_id, offset, request.stream()))


@router.delete("/{upload_id}")
@deleted()
async def discard(request: Request) -> Response:
    await parts_of(request).uploads.discard(fields.path_id(request, "upload_id"))
    return no_content()


def _answer(upload: Upload, status: int = 200) -> Response:
    response = answer({"upload": wire.upload(upload)}, status)
    response.headers[OFFSET] = str(upload.received_bytes)
    return response
