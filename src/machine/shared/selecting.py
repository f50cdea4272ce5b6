"""What of a workspace, and of the CLI's files, is taken along. All of it is pure."""

from typing import Final

from machine.domain.code import REPO_FOLDER
from machine.domain.snapshot import ClonePart
from machine.shared.walking import Keeps

_GIT: Final = f"{REPO_FOLDER}/.git"
_STASHES: Final = f"{_GIT}/logs/refs/stash"


def selection(left_out: frozenset[str], *, clone: ClonePart | None = None, without: str | None = None) -> Keeps:
    """All of a workspace but the names in `left_out`, the path `without`, and what of a clone its server has."""
    inside = _of_clone(clone) if clone is not None and clone.head is not None else None

    def keeps(path: str) -> bool:
        if path in left_out or path == without:
            return False
        return inside is None or not path.startswith(f"{REPO_FOLDER}/") or inside(path)

    return keeps


def _of_clone(clone: ClonePart) -> Keeps:
    """Git's own files but for objects and logs, and the files that differ from the commit that is checked out."""
    whole = {f"{REPO_FOLDER}/{name.rstrip('/')}" for name in clone.files}
    above = {_GIT}
    for name in whole:
        while (name := name.rpartition("/")[0]) and name not in above:
            above.add(name)

    def keeps(path: str) -> bool:
        if path == _GIT or path.startswith(f"{_GIT}/"):
            return _of_git(path)
        return path in above or path in whole or any(above_it in whole for above_it in _folders_above(path))

    return keeps


def _of_git(path: str) -> bool:
    if path.startswith(f"{_GIT}/logs"):  # logs name commits that nothing else holds, but for those of stashes
        return path == _STASHES or _STASHES.startswith(f"{path}/")
    return path != f"{_GIT}/objects" and not path.endswith(".lock")


def _folders_above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(2, len(parts))]


def of_session(session_id: str) -> Keeps:
    """The transcript of one conversation of the CLI's, and what its sub-agents said."""

    def keeps(path: str) -> bool:
        return path == f"{session_id}.jsonl" or path == session_id or path.startswith(f"{session_id}/")

    return keeps
