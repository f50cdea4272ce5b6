"""Archives as attackers pack them, sent to a machine: taken or refused, and nothing of them lies anywhere else.

What single paths and single archives are worth is asked in test_registry_files.py. See docs/security.md.
"""

import asyncio
import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.api import Served, served

GOOD = {"hostile/agent.yaml": b"description: Reviews code.\n", "hostile/CLAUDE.md": b"Read and judge.\n"}
OWN = tuple(f"data/config/{place}{kind}s/hostile/" for place in ("", ".previous/") for kind in ("agent", "skill"))
"""Where a definition of this name lies, and the version before."""
PARTS = st.sampled_from(
    ("..", ".", "", "hostile", "agent.yaml", "CLAUDE.md", ".claude", "settings.json", "~", "C:", "con", "\\", "é", "x")
)
NAMES = st.lists(PARTS, min_size=1, max_size=12).map("/".join) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20
)
LINKS = st.sampled_from(("/etc/passwd", "../../../credentials", "CLAUDE.md", "/", "."))
KINDS = st.sampled_from((tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE))
ENTRIES = st.lists(st.tuples(NAMES, KINDS, LINKS, st.binary(max_size=30)), max_size=4)
FORMS = st.sampled_from(("zip", "tar", "tar.gz", "a zip in a zip", "gzip of gzip"))


def zipped(entries: list[tuple[str, bytes, str, bytes]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, kind, link, content in entries:
            entry = zipfile.ZipInfo(name.replace("\0", "") or "x")
            entry.external_attr = (0o120777 if kind == tarfile.SYMTYPE else 0o100644) << 16
            archive.writestr(entry, link if kind == tarfile.SYMTYPE else content)
    return target.getvalue()


def tarred(entries: list[tuple[str, bytes, str, bytes]]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, kind, link, content in entries:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname, entry.size = kind, link, len(content) if kind == tarfile.REGTYPE else 0
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def packed(form: str, entries: list[tuple[str, bytes, str, bytes]]) -> bytes:
    if form == "zip":
        return zipped(entries)
    if form == "a zip in a zip":
        return zipped([("inner.zip", tarfile.REGTYPE, "", zipped(entries))])
    whole = tarred(entries)
    return whole if form == "tar" else gzip.compress(gzip.compress(whole) if form == "gzip of gzip" else whole)


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


def tree(folder: Path) -> dict[str, bytes]:
    """Every file and link below a folder, but for the machine's own that change by themselves."""
    found = {}
    for place, folders, names in os.walk(folder):
        for name in (*names, *(one for one in folders if Path(place, one).is_symlink())):
            path = Path(place, name)
            shown = str(path.relative_to(folder))
            if not shown.startswith(("data/db", "data/run")):
                found[shown] = b"a link" if path.is_symlink() else path.read_bytes()
    return found


async def sent(machine: Served, kind: str, name: str, content: bytes) -> httpx2.Response:
    options = {"replace": "true"}
    return await machine.admin.post(f"/api/{kind}/upload", files=[("files", (name, content))], data=options)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")  # of zipfile, about what is packed here on purpose
async def test_whatever_an_archive_holds_it_is_taken_into_its_own_folder_or_refused(
    machine: Served, tmp_path: Path
) -> None:
    loop = asyncio.get_running_loop()
    before = await asyncio.to_thread(tree, tmp_path)
    good = [(name, tarfile.REGTYPE, "", content) for name, content in GOOD.items()]
    link = ("hostile/.claude", tarfile.SYMTYPE, "../../../credentials", b"")
    out = ("hostile/../../../escaped", tarfile.REGTYPE, "", b"out")
    through = [*good, link, ("hostile/.claude/settings.json", tarfile.REGTYPE, "", b"{}")]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @example("agents", "tar", through)
    @example("agents", "zip", through)
    @example("agents", "tar.gz", [*good, out])
    @example("agents", "a zip in a zip", good)
    @example("agents", "zip", good)
    @given(st.sampled_from(("agents", "skills", "webhooks")), FORMS, ENTRIES.map(lambda more: [*good, *more]) | ENTRIES)
    def check(kind: str, form: str, entries: list[tuple[str, bytes, str, bytes]]) -> None:
        try:
            content = packed(form, entries)
        except (ValueError, UnicodeError, tarfile.TarError):
            return  # not even an attacker can pack this
        sending = sent(machine, kind, f"hostile.{form.split()[-1]}", content)
        answer = asyncio.run_coroutine_threadsafe(sending, loop).result(30)
        assert answer.status_code in (201, 400, 413, 415, 422), answer.text
        after = tree(tmp_path)
        assert [path for path in after.keys() - before.keys() if not path.startswith(OWN)] == []
        assert b"a link" not in after.values()
        assert {path: after.get(path) for path in before} == before

    await asyncio.to_thread(check)
    assert (await machine.admin.get("/api/agents/hostile")).status_code == 200, "the good one was taken"


async def test_what_unpacks_to_too_much_is_refused_and_costs_little(machine: Served) -> None:
    zeros = bytes(200 * 1024 * 1024)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hostile/agent.yaml", zeros)
    for name, content in (("bomb.zip", target.getvalue()), ("bomb.tar.gz", gzip.compress(zeros, 1))):
        answer = await sent(machine, "agents", name, content)
        assert answer.status_code in (413, 422), answer.text
    assert not list(machine.room.api.settings.data_dir.glob("config/agents/*"))
