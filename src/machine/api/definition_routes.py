"""What is done with definitions of all kinds alike: forms, uploads, switching, deletion, going back, export."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from machine.api.definition_schemas import HASH_PATTERN, UploadOptions
from machine.api.deps import Caller, State
from machine.api.multipart import MEDIA_TYPE, parse_form
from machine.api.state import ApiState
from machine.domain.agent import NAME_PATTERN
from machine.domain.definitions import MAX_FILES, InvalidDefinition, invalid
from machine.domain.errors import Forbidden
from machine.domain.principal import Principal
from machine.engine.definition_desk import DefinitionDesk, Seen
from machine.registry.uploads import Draft, Upload

Name = Annotated[str, Path(pattern=NAME_PATTERN)]
BeganFrom = Annotated[
    str | None,
    Query(
        pattern=HASH_PATTERN,
        description="`content_hash` of the version that the change began from: 409 when another is in force by now.",
    ),
]

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
    if not caller.is_administrator:
        raise Forbidden("Only administrators may change definitions.", hint=caller.how_to_administer)
    return caller


Administrator = Annotated[Principal, Depends(_administrator)]


def is_administrator(caller: Principal) -> bool:
    return caller.is_administrator


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


@dataclass(frozen=True)
class Kind:
    """What one kind of definition brings to the routes that all have in common."""

    form: Any
    """The model of what is sent to create and to update."""
    detail: Any
    preview: Any
    """The models of the answers."""
    desk_of: Callable[[ApiState], DefinitionDesk[Any]]
    draft_of: Callable[[ApiState, Any], Awaitable[Draft]]
    """Of a form."""
    detail_of: Callable[[Request, ApiState, str, Principal], Awaitable[Any]]
    preview_of: Callable[[Request, ApiState, Seen[Any]], Any]
    export_type: str = "application/zip"
    export_ending: str = "zip"
    switched: bool = True
    """Whether it is switched off beside its files. A schedule says itself that it is paused."""


def add_routes(router: APIRouter, kind: Kind) -> None:
    """Create, preview, show, update, upload, export, switch, take back, delete."""
    _add_forms(router, kind, kind.form, kind.detail, kind.preview)
    _add_files(router, kind, kind.detail, kind.preview)
    if kind.switched:
        _add_switch(router, kind, kind.detail)
    _add_past(router, kind, kind.detail)


def _add_forms(router: APIRouter, kind: Kind, form_model: Any, detail_model: Any, preview_model: Any) -> None:
    @router.post("", status_code=201)
    async def create(form: form_model, request: Request, state: State, by: Administrator) -> detail_model:
        """A new one, live at once. 409 when the name is taken."""
        with refusals():
            saved = await kind.desk_of(state).save(await kind.draft_of(state, form), by)
        return await kind.detail_of(request, state, saved.name, by)

    @router.post("/preview")
    async def preview(form: form_model, request: Request, state: State, by: Administrator) -> preview_model:
        """What would be saved, and nothing is."""
        with refusals():
            return kind.preview_of(request, state, await kind.desk_of(state).look(await kind.draft_of(state, form), by))

    @router.get("/{name}")
    async def show(name: Name, request: Request, state: State, caller: Caller) -> detail_model:
        """One, as it is in force."""
        return await kind.detail_of(request, state, name, caller)

    @router.put("/{name}")
    async def update(
        name: Name, form: form_model, request: Request, state: State, by: Administrator, began_from: BeganFrom = None
    ) -> detail_model:
        """Change one; its other files stay. One that comes with the program is overridden by what is sent."""
        desk = kind.desk_of(state)
        with refusals():
            if form.name != name:
                raise invalid("", f"is {form.name}, but what is changed is called {name}", field="name")
            desk.check_there(name)
            await desk.save(await kind.draft_of(state, form), by, replace_it=True, began_from=began_from)
        return await kind.detail_of(request, state, name, by)


def _add_files(router: APIRouter, kind: Kind, detail_model: Any, preview_model: Any) -> None:
    @router.post("/upload", openapi_extra=UPLOAD, status_code=201)
    async def upload(
        request: Request, response: Response, state: State, by: Administrator
    ) -> detail_model | preview_model:
        """Create from files: a folder, a zip or tar(.gz) of it, or the one file. `preview=true` only shows."""
        with refusals():
            options, uploads = await _form(request)
            desk = kind.desk_of(state)
            draft = await desk.taken(uploads)
            draft = replace(draft, name=options.name) if options.name else draft
            if options.preview:
                response.status_code = 200
                return kind.preview_of(request, state, await desk.look(draft, by))
            saved = await desk.save(draft, by, replace_it=options.replace, expected_hash=options.content_hash)
        return await kind.detail_of(request, state, saved.name, by)

    @router.get("/{name}/export", response_class=Response, responses={200: {"content": {kind.export_type: {}}}})
    async def export(name: Name, state: State, by: Administrator) -> Response:
        """What it consists of, to be uploaded again; secrets are not in it."""
        content = await kind.desk_of(state).export(name, by)
        headers = {"content-disposition": f'attachment; filename="{name}.{kind.export_ending}"'}
        return Response(content, media_type=kind.export_type, headers=headers)


def _add_switch(router: APIRouter, kind: Kind, detail_model: Any) -> None:
    @router.post("/{name}/disable")
    async def disable(name: Name, request: Request, state: State, by: Administrator) -> detail_model:
        """Switch it off. 409 for one that the machine needs."""
        with refusals():
            await kind.desk_of(state).switch(name, by, enabled=False)
        return await kind.detail_of(request, state, name, by)

    @router.post("/{name}/enable")
    async def enable(name: Name, request: Request, state: State, by: Administrator) -> detail_model:
        """Switch it on again."""
        with refusals():
            await kind.desk_of(state).switch(name, by, enabled=True)
        return await kind.detail_of(request, state, name, by)


def _add_past(router: APIRouter, kind: Kind, detail_model: Any) -> None:
    @router.post("/{name}/revert")
    async def revert(name: Name, request: Request, state: State, by: Administrator) -> detail_model:
        """Bring back the version before the last save or deletion; once more, and the newer one is back."""
        with refusals():
            await kind.desk_of(state).revert(name, by)
        return await kind.detail_of(request, state, name, by)

    @router.delete("/{name}", status_code=204)
    async def delete(name: Name, state: State, by: Administrator) -> Response:
        """Delete it; where it stood for one that comes with the program, that is in force again."""
        with refusals():
            await kind.desk_of(state).delete(name, by)
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
