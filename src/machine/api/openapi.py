"""The OpenAPI description, with the events and the WebSocket's messages among its components."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from machine.api.public import is_public
from machine.api.schemas import Problem
from machine.api.ws_messages import ClientMessage, EventPlace, ServerMessage
from machine.domain.events import MachineEvent, TaskEvent

_REF: Final = "#/components/schemas/{model}"
_UNIONS: Final[dict[str, Any]] = {
    "TaskEvent": TaskEvent,
    "MachineEvent": MachineEvent,
    "ClientMessage": ClientMessage,
    "ServerMessage": ServerMessage,
}

_PLACED: Final = {
    name: {"allOf": [{"$ref": _REF.format(model="EventPlace")}, {"$ref": _REF.format(model=event)}]}
    for name, event in (("PlacedTaskEvent", "TaskEvent"), ("PlacedMachineEvent", "MachineEvent"))
} | {
    "TaskEventPage": {
        "type": "object",
        "required": ["events", "last_seq"],
        "properties": {
            "events": {"type": "array", "items": {"$ref": _REF.format(model="PlacedTaskEvent")}},
            "last_seq": {"type": "integer"},
        },
    }
}
"""Events as they are on the wire, and a page of them."""


def describe(app: FastAPI) -> None:
    """Let `app.openapi()` give the description, made once when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes)
            app.openapi_schema = _completed(made)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to change the description


def _completed(description: dict[str, Any]) -> dict[str, Any]:
    components = description.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name, union in _UNIONS.items():
        schema = TypeAdapter(union).json_schema(ref_template=_REF, mode="serialization")
        for model, definition in schema.pop("$defs", {}).items():
            schemas.setdefault(model, definition)
        schemas[name] = schema
    _, models = models_json_schema([(Problem, "serialization"), (EventPlace, "serialization")], ref_template=_REF)
    for model, definition in models["$defs"].items():
        schemas.setdefault(model, definition)
    schemas.update(_PLACED)
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    description["security"] = [{"token": []}]
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            _with_problem(operation)
            if is_public(method.upper(), path):
                operation["security"] = []
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    return description


def _with_problem(operation: dict[str, Any]) -> None:
    """Errors are problems, on every route."""
    responses = operation["responses"]
    responses.pop("422", None)
    schema = {"$ref": _REF.format(model="Problem")}
    responses["default"] = {"description": "A problem", "content": {"application/problem+json": {"schema": schema}}}
