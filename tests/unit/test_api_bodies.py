"""Bodies of requests are what the API's description says: nothing is turned into something else in silence."""

import inspect
import typing
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from machine.api.application import ROUTERS

VALUES = (0, 1, 1.0, True, "1", "true")


def models(annotation: Any, seen: set[type]) -> Iterator[type[BaseModel]]:
    for part in typing.get_args(annotation):
        yield from models(part, seen)
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel) and annotation not in seen:
        seen.add(annotation)
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation, seen)


def fields() -> Iterator[tuple[str, FieldInfo]]:
    seen: set[type] = set()
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    for body in [route.body_field for route in routes if route.body_field is not None]:
        for model in models(body.field_info.annotation, seen):
            for name, field in model.model_fields.items():
                yield f"{model.__name__}.{name}", field


@pytest.mark.parametrize(("name", "field"), [pytest.param(*both, id=both[0]) for both in fields()])
def test_a_value_of_another_type_is_refused(name: str, field: FieldInfo) -> None:
    annotation: Any = field.annotation
    adapter = TypeAdapter[Any](Annotated[annotation, *field.metadata] if field.metadata else annotation)
    for value in VALUES:
        try:
            taken = adapter.validate_python(value)
        except ValidationError:
            continue
        said = taken.get_secret_value() if isinstance(taken, SecretStr) else taken
        whole = type(value) is int and type(said) is float
        assert type(said) is type(value) or whole, f"{name} takes {value!r} for {said!r}"
