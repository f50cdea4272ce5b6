"""Variables: which there are, setting them one by one or from a `.env` file, deleting them. No value ever comes out."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.responses import Response

from machine.api.deps import Caller, State
from machine.api.multipart import MEDIA_TYPE
from machine.api.sent_file import sent_file
from machine.domain.principal import Principal
from machine.domain.variable import MAX_VALUE_BYTES
from machine.engine.variable_desk import Import, NamedVariable, check_administrator

router = APIRouter(prefix="/api/env", tags=["env"])

_TEXT_TYPES: Final = ("text/plain", "application/octet-stream")
_FILE: Final = {"type": "string", "format": "binary"}
_FORM: Final = {"type": "object", "properties": {"file": _FILE}, "required": ["file"]}
_UPLOAD: Final = {
    "requestBody": {
        "required": True,
        "content": {MEDIA_TYPE: {"schema": _FORM}, "text/plain": {"schema": {"type": "string"}}},
    }
}


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class NewValue(BaseModel):
    """A variable's value; it is never shown again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: SecretStr = Field(min_length=1, max_length=MAX_VALUE_BYTES)


class VariableView(_Out):
    """A variable without its value."""

    name: str
    set_at: datetime
    set_by: str
    """The user's id."""
    made_for: str
    """The webhook that it was made for, and is deleted with."""
    problem: str
    """Why its value cannot be read; empty when it can."""
    agents: list[str]
    """Those that name it: their tasks get it."""
    webhooks: list[str]

    @classmethod
    def of(cls, named: NamedVariable) -> "VariableView":
        return cls(**named.variable.model_dump(), agents=list(named.agents), webhooks=list(named.webhooks))


class VariableList(_Out):
    items: list[VariableView]
    trouble: str
    """Why no value can be read or written, and what to do; empty when all is well."""


class RefusalView(_Out):
    line: int
    name: str
    why: str


class ImportView(_Out):
    """What became of a file, by names; with `preview`, what would."""

    preview: bool
    new: list[str]
    replaced: list[str]
    kept: list[str]
    """There already, and not replaced."""
    refused: list[RefusalView]

    @classmethod
    def of(cls, done: Import, *, preview: bool) -> "ImportView":
        refused = [RefusalView(line=one.line, name=one.name, why=one.why) for one in done.refused]
        return cls(
            preview=preview,
            new=list(done.new),
            replaced=list(done.replaced),
            kept=list(done.kept),
            refused=refused,
        )


def _administrator(caller: Caller) -> Principal:
    check_administrator(caller)
    return caller


Administrator = Annotated[Principal, Depends(_administrator)]
Name = Annotated[str, Path(max_length=200, description="Such as `GITHUB_TOKEN`.")]


@router.get("")
async def list_variables(state: State, by: Administrator) -> VariableList:
    """The variables there are, by name, and who names them."""
    trouble = state.variables.trouble
    return VariableList(
        items=[VariableView.of(named) for named in state.variables.all(by)],
        trouble=f"{trouble.message} {trouble.hint}".strip() if trouble else "",
    )


@router.post("", openapi_extra=_UPLOAD)
async def import_variables(
    request: Request,
    state: State,
    by: Administrator,
    preview: Annotated[bool, Query(description="Only say what would be set.")] = False,
    replace: Annotated[bool, Query(description="Also set those that are there already.")] = False,
) -> ImportView:
    """Set what a `.env` file sets, sent as a file of a form or as text."""
    content = await sent_file(request, what="A .env file", plain=_TEXT_TYPES)
    done = await state.variables.take_file(content, by, preview=preview, replace_them=replace)
    return ImportView.of(done, preview=preview)


@router.put("/{name}")
async def set_variable(name: Name, new: NewValue, state: State, by: Administrator) -> VariableView:
    """Set a variable, in place of what was there. Tasks that start from now on get it."""
    return VariableView.of(await state.variables.set(name, new.value.get_secret_value(), by))


@router.delete("/{name}", status_code=204)
async def delete_variable(name: Name, state: State, by: Administrator) -> Response:
    """Delete a variable; tasks that run keep what they were given."""
    await state.variables.delete(name, by)
    return Response(status_code=204)
