"""What is stored of a conversation for other machines, and what comes out of it: nothing but that, and nowhere else."""

import asyncio
import gzip
import io
import os
import stat
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from machine.app.shared_folder import open_shared
from machine.domain.aio import spawn
from machine.domain.errors import BadRequest, Conflict, SnapshotLost, StoreError, TooLarge
from machine.domain.snapshot import ClonePart, Snapshot
from machine.ports import Belongings, Local, Packed
from machine.settings import read_settings
from machine.shared import SharedFiles
from machine.shared.archive import unpack
from machine.shared.selecting import selection
from machine.shared.walking import MAX_DEPTH, Abandoned, Abort, walk

NOW = datetime(2026, 11, 3, 9, 7, 0, tzinfo=UTC)


class Machine:
    """The files of one conversation on one machine."""

    def __init__(self, root: Path, name: str, *, max_mb: int = 1) -> None:
        self.data = root / name
        self.files = SharedFiles(root / "shared", self.data, max_mb=max_mb, left_out=frozenset({"CLAUDE.md"}))
        self.files.prepare()
        self.belongings = Belongings(
            conversation_id="conv_1", workspace="task_1", project=self.data / "projects" / name, session_id="abc"
        )
        self.workspace = self.data / "workspaces" / "task_1"
        self.transcript = self.belongings.project / "abc.jsonl"

    def fill(self) -> None:
        self.workspace.mkdir(parents=True)
        self.belongings.project.mkdir(parents=True)
        (self.workspace / "notes.md").write_text("notes")
        self.transcript.write_text("{}\n")

    async def pack(self, *, former: Local | None = None, clone: ClonePart | None = None) -> Packed:
        mark = await self.files.mark(self.belongings)
        async with self.files.packing() as folder:
            return await self.files.pack(self.belongings, folder, mark=mark, clone=clone, former=former)

    async def fetch(self, packed: Packed) -> None:
        async with self.files.unpacked(version_of(packed)) as unpacked:
            await self.files.put_in_place(self.belongings, unpacked)


def version_of(packed: Packed, version: int = 1) -> Snapshot:
    return Snapshot(
        conversation_id="conv_1", version=version, machine_id="a", at=NOW, bytes=packed.bytes, sha256=packed.sha256
    )


@pytest.fixture
def here(tmp_path: Path) -> Machine:
    made = Machine(tmp_path, "a")
    made.fill()
    return made


@pytest.fixture
def there(tmp_path: Path) -> Machine:
    return Machine(tmp_path, "b")


def stored(root: Path) -> list[Path]:
    """All files in the shared folder."""
    return sorted(path for path in (root / "shared").rglob("*") if path.is_file())


async def test_files_folders_rights_and_links_come_as_they_were(here: Machine, there: Machine) -> None:
    (here.workspace / "deep" / "er").mkdir(parents=True)
    (here.workspace / "empty").mkdir()
    tool = here.workspace / "deep" / "er" / "tool"
    tool.write_bytes(b"\0\xff")
    tool.chmod(0o700)
    os.utime(tool, (1_700_000_000, 1_700_000_000))
    (here.workspace / "naïve \udcff").write_text("odd")
    (here.workspace / "out").symlink_to("/etc/passwd")
    (here.workspace / "up").symlink_to("../../..")
    (here.belongings.project / "abc" / "subagents").mkdir(parents=True)
    (here.belongings.project / "abc" / "subagents" / "agent-1.jsonl").write_text("{}\n")
    (here.belongings.project / "other.jsonl").write_text("not its own")
    (here.workspace / "CLAUDE.md").write_text("the agent's, and written anew")
    await there.fetch(await here.pack())
    came = there.workspace / "deep" / "er" / "tool"
    assert came.read_bytes() == b"\0\xff"
    assert (came.stat().st_mode & 0o777, came.stat().st_mtime) == (0o700, 1_700_000_000)
    assert (there.workspace / "empty").is_dir()
    assert (there.workspace / "naïve \udcff").read_text() == "odd"
    assert (there.workspace / "out").readlink() == Path("/etc/passwd")
    assert (there.workspace / "up").readlink() == Path("../../..")
    assert there.transcript.read_text() == "{}\n"
    assert (there.belongings.project / "abc" / "subagents" / "agent-1.jsonl").exists()
    assert not (there.belongings.project / "other.jsonl").exists()
    assert not (there.workspace / "CLAUDE.md").exists()


async def test_what_lies_beyond_a_link_is_never_read(here: Machine, there: Machine, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("secret")
    (here.workspace / "out").symlink_to(tmp_path / "secret")
    (here.workspace / "key").symlink_to(tmp_path / "secret" / "key")
    await there.fetch(await here.pack())
    assert (there.workspace / "out").is_symlink()
    assert (there.workspace / "key").is_symlink()
    content = b"".join(
        gzip.decompress(path.read_bytes()) for path in stored(tmp_path) if path.read_bytes()[:2] == b"\x1f\x8b"
    )
    assert b"notes" in content
    assert content.count(b"secret") == content.count(str(tmp_path / "secret").encode())


async def test_pipes_and_sockets_are_left_out_and_wait_for_nobody(here: Machine, there: Machine) -> None:
    os.mkfifo(here.workspace / "pipe")
    async with asyncio.timeout(10):
        await there.fetch(await here.pack())
    assert sorted(path.name for path in there.workspace.iterdir()) == ["notes.md"]


async def test_everything_in_the_shared_folder_is_its_owners_alone(here: Machine, tmp_path: Path) -> None:
    await here.pack()
    modes = {stat.S_IMODE(path.lstat().st_mode) for path in stored(tmp_path)}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "shared").rglob("*") if path.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})


async def test_only_what_has_changed_is_written_again(here: Machine, tmp_path: Path) -> None:
    first = await here.pack()
    again = await here.pack(former=first.local)
    assert again.sha256 == first.sha256
    here.transcript.write_text("{}\n{}\n")
    before = {path: path.stat().st_mtime_ns for path in stored(tmp_path)}
    told = await here.pack(former=first.local)
    assert told.sha256 != first.sha256
    assert told.local.workspace == first.local.workspace
    assert before.items() <= {path: path.stat().st_mtime_ns for path in stored(tmp_path)}.items()
    (here.workspace / "notes.md").write_text("other")
    changed = await here.pack(former=told.local)
    assert changed.local.workspace != first.local.workspace


async def test_a_workspace_that_is_too_large_is_refused_and_leaves_nothing(here: Machine, tmp_path: Path) -> None:
    (here.workspace / "large").write_bytes(bytes(1024 * 1024))
    with pytest.raises(TooLarge, match="more than 1 MB"):
        await here.pack()
    assert stored(tmp_path) == []


async def test_folders_that_never_end_are_refused(here: Machine) -> None:
    folder = here.workspace
    for _ in range(MAX_DEPTH + 2):
        folder /= "d"
    folder.mkdir(parents=True)
    with pytest.raises(TooLarge, match="nested"):
        await here.pack()


async def test_a_file_that_shrinks_while_it_is_read_is_not_stored_half(
    here: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fstat

    def larger(descriptor: int) -> os.stat_result:
        found = real(descriptor)
        return os.stat_result([*found[:6], found.st_size + 1000, *found[7:10]])

    monkeypatch.setattr("machine.shared.archive.os.fstat", larger)
    with pytest.raises(Conflict, match="changes while it is read"):
        await here.pack()
    assert stored(tmp_path) == []


async def test_who_does_not_wait_any_more_leaves_nothing_half_done(here: Machine, tmp_path: Path) -> None:
    for number in range(300):
        (here.workspace / f"{number}").write_bytes(os.urandom(2000))
    packing = spawn(here.pack(), name="packing")
    await asyncio.sleep(0.02)
    packing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await packing
    assert [path.name for path in stored(tmp_path) if path.name.startswith(".")] == []
    assert list((here.data / "moving").iterdir()) == []


def test_a_thread_that_is_asked_to_gives_up(here: Machine) -> None:
    abort = Abort()
    abort.set()
    with pytest.raises(Abandoned):
        list(walk(here.workspace, lambda _path: True, abort))


async def test_files_that_are_not_what_was_stored_are_refused(here: Machine, there: Machine, tmp_path: Path) -> None:
    packed = await here.pack()
    for path in stored(tmp_path):
        content = path.read_bytes()
        path.write_bytes(content[:-1] + b"x")
        with pytest.raises(SnapshotLost, match="not what was stored"):
            await there.fetch(packed)
        path.write_bytes(content)
    path.unlink()
    with pytest.raises(SnapshotLost, match="missing"):
        await there.fetch(packed)
    path.symlink_to("/etc/passwd")
    with pytest.raises(StoreError):
        await there.fetch(packed)
    assert not there.workspace.exists()
    assert await there.files.local(there.belongings) is None


async def test_an_older_copy_makes_room_for_the_newer_one(here: Machine, there: Machine) -> None:
    there.fill()
    (there.workspace / "left.md").write_text("old")
    (there.belongings.project / "abc").mkdir()
    await there.files.remember(there.belongings, (await there.pack()).local)
    await there.fetch(await here.pack())
    assert [path.name for path in there.workspace.iterdir()] == ["notes.md"]
    assert [path.name for path in there.belongings.project.iterdir()] == ["abc.jsonl"]
    assert [path.name for path in there.workspace.parent.iterdir()] == ["task_1"]
    known = await there.files.local(there.belongings)
    assert known is not None
    assert known.version == 1


async def test_what_is_known_of_a_copy_that_is_gone_counts_for_nothing(here: Machine) -> None:
    await here.files.remember(here.belongings, Local(version=3, sha256="x"))
    assert await here.files.local(here.belongings) == Local(version=3, sha256="x")
    here.workspace.rename(here.workspace.with_name("elsewhere"))
    assert await here.files.local(here.belongings) is None


async def test_two_versions_are_kept_and_all_that_belongs_to_none_goes(here: Machine, tmp_path: Path) -> None:
    versions = []
    for number in range(3):
        (here.workspace / "notes.md").write_text(f"{number}")
        versions.append(version_of(await here.pack(), number + 1))
    folder = tmp_path / "shared" / "snapshots" / "conv_1"
    (folder / ".making-of-a-machine-that-died").write_text("half")
    await here.files.prune("conv_1", versions[:0:-1])
    assert len(list(folder.iterdir())) == 5  # two manifests, two workspaces, one transcript
    for version in versions[1:]:
        async with here.files.unpacked(version) as unpacked:
            assert (unpacked.workspace / "notes.md").read_text() == f"{version.version - 1}"
    with pytest.raises(SnapshotLost):
        async with here.files.unpacked(versions[0]):
            pass
    await here.files.remove("conv_1")
    assert not folder.exists()


async def test_a_shared_folder_that_is_not_mounted_is_not_made_anew(here: Machine, tmp_path: Path) -> None:
    (tmp_path / "shared" / "snapshots").rmdir()
    with pytest.raises(StoreError, match="not there"):
        await here.pack()
    assert not (tmp_path / "shared" / "snapshots").exists()


async def test_a_conversation_is_named_by_its_id_and_by_no_path(here: Machine) -> None:
    with pytest.raises(StoreError, match="no id"):
        await here.files.remove("../..")


def entry(
    name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"x", **fields: Any
) -> tuple[tarfile.TarInfo, bytes]:
    made = tarfile.TarInfo(name)
    made.type, made.size = kind, len(content) if kind == tarfile.REGTYPE else 0
    for field, value in fields.items():
        setattr(made, field, value)
    return made, content


HOSTILE: dict[str, list[tuple[tarfile.TarInfo, bytes]]] = {
    "an absolute path": [entry("/tmp/evil")],
    "a path upwards": [entry("a/../../evil")],
    "a path with a dot": [entry("./a")],
    "a device": [entry("null", tarfile.CHRTYPE, devmajor=1, devminor=3)],
    "a pipe": [entry("pipe", tarfile.FIFOTYPE)],
    "a hard link": [entry("hard", tarfile.LNKTYPE, linkname="/etc/passwd")],
    "a name twice": [entry("a"), entry("a")],
    "a file beyond a link": [entry("a", tarfile.SYMTYPE, linkname="/tmp"), entry("a/evil")],
    "a link beyond a link": [
        entry("a", tarfile.SYMTYPE, linkname="/tmp"),
        entry("a/evil", tarfile.SYMTYPE, linkname="/etc"),
    ],
    "a link over a file": [entry("a/b"), entry("a", tarfile.SYMTYPE, linkname="/tmp")],
    "more than it says": [entry("a", content=bytes(2000))],
    "folders without end": [entry("d/" * (MAX_DEPTH + 5) + "f")],
    "a sparse file": [entry("s", tarfile.GNUTYPE_SPARSE)],
}


def archive_of(path: Path, entries: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    path.write_bytes(target.getvalue())
    return path


@pytest.mark.parametrize("what", HOSTILE)
def test_an_archive_of_somebody_elses_is_refused(what: str, tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "archive", HOSTILE[what])
    (tmp_path / "into").mkdir()
    outside = set(tmp_path.iterdir()) | {Path("/tmp/evil")}
    with pytest.raises(SnapshotLost):
        unpack(archive, tmp_path / "into", max_bytes=1000, abort=Abort())
    assert not Path("/tmp/evil").exists()
    assert set(tmp_path.iterdir()) <= outside


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", gzip.compress(b"no tar", mtime=0), gzip.compress(bytes(5000), mtime=0)[:-20]],
    ids=["nothing", "text", "no tar within", "cut off"],
)
def test_what_is_no_archive_is_refused_or_empty(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(content)
    (tmp_path / "into").mkdir()
    with pytest.raises(SnapshotLost):
        unpack(tmp_path / "archive", tmp_path / "into", max_bytes=1000, abort=Abort())


def test_of_a_clone_goes_along_what_its_server_does_not_have() -> None:
    clone = ClonePart(place={}, head="0" * 40, files=("src/new.py", "nested/"))
    keeps = selection(frozenset({".claude"}), clone=clone)
    taken = ["notes.md", "repo", "repo/src", "repo/src/new.py", "repo/nested", "repo/nested/x/y", "repo/.git"]
    taken += ["repo/.git/HEAD", "repo/.git/refs/heads/main", "repo/.git/logs/refs/stash"]
    left = [".claude", "repo/src/old.py", "repo/README.md", "repo/.git/objects", "repo/.git/logs/HEAD"]
    left += ["repo/.git/index.lock"]
    assert [path for path in taken + left if keeps(path)] == taken


def settings_of(root: Path, **given: str) -> Any:
    return read_settings(given, data_dir=root / "data")


def test_without_the_setting_nothing_is_shared(tmp_path: Path) -> None:
    assert open_shared(settings_of(tmp_path), None) is None
    assert open_shared(settings_of(tmp_path, MACHINE_SHARED_DIR=""), None) is None


def test_folders_that_lie_in_each_other_are_refused(tmp_path: Path) -> None:
    for shared in (tmp_path / "data" / "shared", tmp_path):
        with pytest.raises(BadRequest, match="lie in each other"):
            open_shared(settings_of(tmp_path, MACHINE_SHARED_DIR=str(shared)), None)
