"""What tools for agents and tools for skills have in common."""

from collections.abc import Callable
from typing import Any, Final

from machine.domain.agent import EntityName
from machine.domain.definitions import Model
from machine.engine.definition_desk import DefinitionDesk
from machine.engine.tools.tool import Caller, Given, Tool, always

MAX_INSTRUCTIONS: Final = 30_000
MAX_FILES: Final = 100


class Named(Given):
    name: EntityName


class Switched(Given):
    name: EntityName
    enabled: bool


def brief_list(desk: DefinitionDesk[Model], more: Callable[[Model], dict[str, Any]]) -> dict[str, Any]:
    """All definitions of a kind, briefly, and what is wrong with files."""
    items = []
    for name, found in desk.known.items():
        model: Any = found.model
        about = {"name": name, "description": model.description, "enabled": name not in desk.disabled}
        items.append({**about, "builtin": found.builtin, **more(found.model)})
    return {"items": items, "faults": [str(fault) for fault in desk.faults]}


async def detail(desk: DefinitionDesk[Model], name: str, more: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """One definition; `whole`: with the commands in it, which may hold what is not for everybody. Raises NotFound."""
    standing = await desk.standing(name)
    model: Any = standing.definition.model
    preview = standing.preview
    return {
        "name": name,
        "description": model.description,
        "enabled": standing.enabled,
        "builtin": standing.definition.builtin,
        **more,
        "files": [file.path for file in preview.files[:MAX_FILES]],
        "scripts": preview.scripts[:MAX_FILES],
        "commands": preview.commands if whole else [],
        "warnings": preview.warnings,
        "faults": [str(fault) for fault in standing.faults],
        "instructions": model.instructions[:MAX_INSTRUCTIONS],
    }


async def saved(desk: DefinitionDesk[Model], name: str) -> dict[str, Any]:
    """What to say of a definition that has just been saved."""
    standing = await desk.standing(name)
    return {
        "saved": name,
        "live": standing.enabled,
        "warnings": standing.preview.warnings,
        "content_hash": standing.preview.content_hash,
    }


def states(desk: DefinitionDesk[Any], kind: str) -> tuple[Tool[Any], ...]:
    """The tools that switch and delete definitions of a kind. Both take something away that others may rely on."""

    async def set_enabled(caller: Caller, given: Switched) -> Any:
        await desk.switch(given.name, caller.principal, enabled=given.enabled)
        return {"name": given.name, "enabled": given.enabled}

    async def delete(caller: Caller, given: Named) -> Any:
        await desk.delete(given.name, caller.principal)
        return {"deleted": given.name}

    switch = f"Switch the {kind} of that name off, or on again. A person is asked first. For administrators."
    remove = f"Delete the {kind} of that name. A person is asked first. For administrators."
    return (
        Tool(f"set_{kind}_enabled", switch, Switched, set_enabled, writes=True, asks=always),
        Tool(f"delete_{kind}", remove, Named, delete, writes=True, asks=always),
    )
