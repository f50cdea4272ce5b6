"""What is done with agents and skills alike: uploads, switching, deletion, going back, export."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from machine.api.definition_schemas import UploadOptions
from machine.api.deps import Caller, State
from machine.api.multipart import MEDIA_TYPE, parse_form
from machine.api.state import ApiState
from machine.domain.agent import NAME_PATTERN
from machine.domain.definitions import MAX_FILES, InvalidDefinition, Preview
from machine.domain.errors import Forbidden
from machine.domain.principal import Principal, Role
from machine.engine.definition_desk import DefinitionDesk
from machine.registry.uploads import Upload

Name = Annotated[str, Path(pattern=NAME_PATTERN)]
DeskOf = Callable[[ApiState], DefinitionDesk[Any]]
DetailOf = Callable[[ApiState, str, Principal], Awaitable[Any]]

_FILES: Final = {
    "type": "object",
    "properties": {
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": MAX_FILES},
        **{name: {"type": "string"} for name in UploadOptions.model_fields},
    },
    "required": ["files"],
}
UPLOAD: Final = {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": _FILES}}}}


def _administrator(caller: Caller) -> Principal:
    if caller.user.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators may change agents, skills and schedules.", hint="Ask an administrator.")
    return caller


Administrator = Annotated[Principal, Depends(_administrator)]


def is_administrator(caller: Principal) -> bool:
    return caller.user.role is Role.ADMINISTRATOR


@contextmanager
def refusals() -> Iterator[None]:
    """Faults of a definition, as faults of the request that brought it."""
    try:
        yield
    except InvalidDefinition as error:
        faults = []
        for fault in error.faults:
            place = fault.path if fault.line is None else f"{fault.path}:{fault.line}"
            faults.append({"loc": tuple(part for part in ("files", place, fault.field) if part), "msg": fault.reason})
        raise RequestValidationError(faults) from error


def add_routes(router: APIRouter, desk_of: DeskOf, detail_of: DetailOf, detail_model: Any) -> None:
    """The routes that agents and skills have in common, each with the kind's own model of an answer."""
    _add_files(router, desk_of, detail_of, detail_model)
    _add_states(router, desk_of, detail_of, detail_model)


def _add_files(router: APIRouter, desk_of: DeskOf, detail_of: DetailOf, detail_model: Any) -> None:
    @router.post("/upload", openapi_extra=UPLOAD, status_code=201)
    async def upload(request: Request, response: Response, state: State, by: Administrator) -> detail_model | Preview:
        """Create from files: a folder, a zip or tar(.gz) of it, or one Markdown file. `preview=true` only shows."""
        with refusals():
            options, uploads = await _form(request)
            desk = desk_of(state)
            draft = await desk.taken(uploads)
            draft = replace(draft, name=options.name) if options.name else draft
            if options.preview:
                response.status_code = 200
                return await desk.preview(draft, by)
            saved = await desk.save(draft, by, replace_it=options.replace, expected_hash=options.content_hash)
        return await detail_of(state, saved.name, by)

    @router.get("/{name}/export", response_class=Response, responses={200: {"content": {"application/zip": {}}}})
    async def export(name: Name, state: State, by: Administrator) -> Response:
        """All its files as a zip, which can be uploaded again."""
        content = await desk_of(state).export(name, by)
        headers = {"content-disposition": f'attachment; filename="{name}.zip"'}
        return Response(content, media_type="application/zip", headers=headers)


def _add_states(router: APIRouter, desk_of: DeskOf, detail_of: DetailOf, detail_model: Any) -> None:
    @router.post("/{name}/disable")
    async def disable(name: Name, state: State, by: Administrator) -> detail_model:
        """Switch it off. 409 for one that the machine needs."""
        with refusals():
            await desk_of(state).switch(name, by, enabled=False)
        return await detail_of(state, name, by)

    @router.post("/{name}/enable")
    async def enable(name: Name, state: State, by: Administrator) -> detail_model:
        """Switch it on again."""
        with refusals():
            await desk_of(state).switch(name, by, enabled=True)
        return await detail_of(state, name, by)

    @router.post("/{name}/revert")
    async def revert(name: Name, state: State, by: Administrator) -> detail_model:
        """Bring back the version before the last save or deletion; once more, and the newer one is back."""
        with refusals():
            await desk_of(state).revert(name, by)
        return await detail_of(state, name, by)

    @router.delete("/{name}", status_code=204)
    async def delete(name: Name, state: State, by: Administrator) -> Response:
        """Delete it; where it stood for one that comes with the program, that is in force again."""
        with refusals():
            await desk_of(state).delete(name, by)
        return Response(status_code=204)


async def _form(request: Request) -> tuple[UploadOptions, list[Upload]]:
    """Options and files of a multipart body. Raises HTTPException, RequestValidationError."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise HTTPException(415, f"Files are sent as {MEDIA_TYPE}.")
    body = await request.body()
    try:
        form = await asyncio.to_thread(parse_form, kind, body, max_files=MAX_FILES)
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
    try:
        options = UploadOptions.model_validate({**request.query_params, **form.fields})
    except ValidationError as error:
        raise RequestValidationError(
            [{"loc": ("form", *found["loc"]), "msg": found["msg"]} for found in error.errors(include_url=False)]
        ) from error
    return options, [Upload(file.name, file.content) for file in form.files]
