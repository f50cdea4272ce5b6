"""A clone on its way to another machine: what its server does not have, and how a clone is made of that again.

Taken along are the objects that no branch or tag of the mirror has, git's own small files (refs, index, settings), and
the files that differ from the commit that is checked out. What is looked at is looked at as in `looking`: no setting of
the clone's is believed. What is put back comes from a snapshot that was checked, and is not run by the daemon either.
"""

import asyncio
import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from machine.domain.errors import CodeFault
from machine.domain.snapshot import ClonePart
from machine.git.clones import Place
from machine.git.looking import MAX_NAMES_BYTES, View
from machine.git.program import Git

PACK_SECONDS: Final = 600.0
MAX_INDEX_BYTES: Final = 64 * 1024 * 1024
MAX_NOTE_BYTES: Final = 1024 * 1024

_OBJECT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_UNDER_WAY: Final = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "ORIG_HEAD", "logs/refs/stash")
"""In `.git`: what git needs to go on with something, and what refs do not name."""
_RAW: Final = ("--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=all", "--no-ext-diff")


async def packed(view: View, into: Path) -> ClonePart:
    """What is to be taken along; the objects are put into the file `into`. Raises CodeFault when it cannot be told."""
    if await asyncio.to_thread(_holds_others, view.repository):
        raise CodeFault("The clone has others in it.")
    files, gone = await _differences(view)
    nested = [name for name in await _listed(view, "ls-files", "-z", "--others", "--exclude-standard") if name]
    if any(not name.endswith("/") for name in nested):
        raise CodeFault("The clone has more new files than can be listed.")
    has_pack = await _pack(view, into, await _staged(view))
    return ClonePart(
        place=view.place.model_dump(mode="json"),
        head=view.heads.head,
        gone=tuple(gone),
        files=(*files, *nested),
        has_pack=has_pack,
    )


def _holds_others(repository: Path) -> bool:
    return any(os.path.lexists(repository / name) for name in (".gitmodules", ".git/modules", ".git/worktrees"))


async def _differences(view: View) -> tuple[list[str], list[str]]:
    """Files that are other than in the commit that is checked out, or new; and those that are not there."""
    refresh = ("update-index", "-q", "--really-refresh")
    await view.git.run(*refresh, cwd=view.repository, environment=view.environment, seconds=PACK_SECONDS)
    fields = iter(await _listed(view, "diff", *_RAW, view.heads.head, "--"))
    files, gone = list[str](), list[str]()
    for said, name in zip(fields, fields, strict=False):
        (gone if said.endswith("D") else files).append(name)
    return files, gone


async def _listed(view: View, *arguments: str, index: Path | None = None) -> list[str]:
    """The parts that git says, with NUL between. Raises CodeFault."""
    environment = view.environment | ({"GIT_INDEX_FILE": str(index)} if index else {})
    ran = await view.git.run(
        *arguments, cwd=view.repository, environment=environment, max_bytes=MAX_NAMES_BYTES, seconds=PACK_SECONDS
    )
    if ran.code or ran.truncated:
        raise CodeFault(f"The clone's files cannot be listed: {ran.error.strip()[-300:]}")
    try:
        return ran.out.decode().split("\0")
    except UnicodeDecodeError:
        raise CodeFault("The clone has files whose names are no text.") from None


async def _staged(view: View) -> list[str]:
    """Objects that only the clone's index names: it was written by the agent's git, and is only listed."""
    copy = Path(view.environment["GIT_INDEX_FILE"]).with_name("staged")
    if not await asyncio.to_thread(_copied, view.repository / ".git" / "index", copy):
        return []
    fields = iter(await _listed(view, "diff-index", "--cached", *_RAW, view.heads.head, "--", index=copy))
    return [said.split(" ")[3] for said, _name in zip(fields, fields, strict=False)]


def _copied(source: Path, target: Path) -> bool:
    try:
        content = _read(source, MAX_INDEX_BYTES)
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        raise CodeFault(f"The clone's index cannot be read: {error}.") from None
    target.write_bytes(content)
    return True


def _read(path: Path, limit: int) -> bytes:
    """A plain file, whole. Raises OSError, ValueError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(limit + 1)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode) or len(content) > limit:
            raise ValueError(f"{path.name} is no plain file, or too large")
    return content


async def _pack(view: View, into: Path, staged: list[str]) -> bool:
    """Write what the mirror's branches and tags do not have; False when that is nothing."""
    wanted = {*staged, *await asyncio.to_thread(lambda: [*_noted(view.repository / ".git")])} - {"0" * 40, "0" * 64}
    there = await _known(view, wanted)
    known = await view.git.must(
        *("for-each-ref", "--format=%(objectname)", "refs/heads/", "refs/tags/"),
        cwd=view.repository,
        environment=view.environment,
    )
    lines = [*sorted({*there, *view.heads.commits, *view.heads.others}), *(f"^{one}" for one in known.split())]
    ran = await view.git.run(
        *("pack-objects", "--revs", "--quiet", "--non-empty", "--delta-base-offset", "--", str(into)),
        cwd=view.repository,
        environment=view.environment,
        config=("pack.threads=1",),
        stdin="".join(f"{line}\n" for line in lines).encode(),
        seconds=PACK_SECONDS,
    )
    if ran.code:
        raise CodeFault(f"The clone's commits cannot be packed: {ran.error.strip()[-300:]}")
    return await asyncio.to_thread(_named, into)


def _named(into: Path) -> bool:
    """Git puts the hash into the names of what it writes."""
    for path in into.parent.glob(f"{into.name}-*"):
        if path.suffix == ".pack":
            path.replace(into)
        else:
            path.unlink()
    return into.exists()


def _noted(git_dir: Path) -> Iterator[str]:
    for name in _UNDER_WAY:
        try:
            yield from _OBJECT.findall(_read(git_dir / name, MAX_NOTE_BYTES).decode("ascii", "replace"))
        except (OSError, ValueError):
            continue


async def _known(view: View, names: set[str]) -> list[str]:
    """Those of the objects that are there."""
    said = await view.git.must(
        *("cat-file", "--batch-check=%(objectname)"),
        cwd=view.repository,
        environment=view.environment,
        stdin="".join(f"{name}\n" for name in sorted(names)).encode(),
    )
    return [line for line in said.splitlines() if _OBJECT.fullmatch(line)]


async def rebuilt(git: Git, made: Path, part: ClonePart, pack: Path | None, taken: Path) -> None:
    """Bring the new clone `made` to what `part`, its objects and the files in `taken` say. Raises CodeFault."""
    if part.head is None or not _OBJECT.fullmatch(part.head):
        raise CodeFault("The snapshot's clone is not one of ours.")
    taken_in = pack is None or await _take_in(git, made, pack)
    ran = await git.run("reset", "--quiet", "--hard", part.head, cwd=made, seconds=PACK_SECONDS)
    if not taken_in or ran.code:
        place = Place.model_validate(part.place)
        raise CodeFault(
            f"The clone of {place.code.repository} cannot be put back: the commit {part.head[:12]} builds on some that "
            "its server does not have any more.",
            hint="Give the work to a new task, or push those commits again.",
        )
    try:
        await asyncio.to_thread(_lay_over, made, part, taken)
    except (OSError, ValueError) as error:
        raise CodeFault(f"The clone cannot be put back: {error}.") from error


async def _take_in(git: Git, made: Path, pack: Path) -> bool:
    """False when the objects are damaged, or do not stand on what is there."""
    target = made / ".git" / "objects" / "pack" / "pack-moved.pack"
    await asyncio.to_thread(pack.replace, target)
    ran = await git.run("index-pack", "--strict", str(target), cwd=made, seconds=PACK_SECONDS)
    return ran.code == 0


def _lay_over(made: Path, part: ClonePart, taken: Path) -> None:
    for name in part.gone:
        _remove_tracked(made, name)
    git_dir = made / ".git"
    if (taken / ".git").is_dir():
        for entry in list(git_dir.iterdir()):
            if entry.name != "objects":
                _remove(entry)
        _remove(taken / ".git" / "objects")
    _merge(taken, made)


def _remove_tracked(made: Path, name: str) -> None:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or parts[0].casefold() == ".git":
        raise ValueError(f"{name[:200]!r} is no file of a clone")
    folder = made
    for part in parts[:-1]:
        folder /= part
        if not _is_folder(folder):
            return
    if not _is_folder(folder / parts[-1]):
        (folder / parts[-1]).unlink(missing_ok=True)


def _merge(source: Path, target: Path) -> None:
    """Move everything below `source` into `target`; nobody else works there, and no link is followed."""
    for entry in list(source.iterdir()):
        place = target / entry.name
        if _is_folder(entry) and _is_folder(place):
            _merge(entry, place)
        else:
            _remove(place)
            entry.rename(place)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove(path: Path) -> None:
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
