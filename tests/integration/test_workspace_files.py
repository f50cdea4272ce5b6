"""The files of a task's workspace over HTTP: what is in it, and nothing that is not."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.api import Served, resting_task, served

from machine.registry import workspace_files

SECRET = "tok-9f8e7d6c5b4a"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


@pytest.fixture
async def place(machine: Served) -> tuple[str, Path]:
    """(address of the task's files, its workspace)."""
    task = await resting_task(machine)
    folder = machine.room.api.settings.workspaces_dir / task.workspace
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.py").write_text("print('ä')\n")
    (folder / "README.md").write_text("# Read me")
    return f"/api/tasks/{task.task_id}/files", folder


async def listed(machine: Served, address: str, path: str = "") -> httpx2.Response:
    return await machine.admin.get(address, params={"path": path})


async def content(machine: Served, address: str, path: str, **more: Any) -> httpx2.Response:
    return await machine.admin.get(f"{address}/content", params={"path": path, **more})


async def test_folders_come_first_and_a_file_is_given_as_text(machine: Served, place: tuple[str, Path]) -> None:
    address, _ = place
    top = (await listed(machine, address)).json()
    assert [(entry["name"], entry["kind"]) for entry in top["entries"]] == [("src", "folder"), ("README.md", "file")]
    assert top["entries"][1]["size"] == 9
    inner = (await listed(machine, address, "src")).json()
    assert (inner["path"], [entry["name"] for entry in inner["entries"]]) == ("src", ["a.py"])
    answer = await content(machine, address, "src/a.py")
    assert (answer.text, answer.headers["content-type"]) == ("print('ä')\n", "text/plain; charset=utf-8")
    assert "content-disposition" not in answer.headers
    saved = await content(machine, address, "src/a.py", download=True)
    assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''a.py"


async def test_what_is_no_text_is_only_ever_saved(machine: Served, place: tuple[str, Path]) -> None:
    address, folder = place
    (folder / "page.html").write_text("<script>alert(1)</script>")
    (folder / "picture").write_bytes(b"\x89PNG\xff")
    page, picture = await content(machine, address, "page.html"), await content(machine, address, "picture")
    assert page.headers["content-type"].startswith("text/plain")
    assert "sandbox" in page.headers["content-security-policy"]
    assert picture.headers["content-type"] == "application/octet-stream"
    assert picture.headers["content-disposition"].startswith("attachment")
    assert picture.content == b"\x89PNG\xff"


@pytest.mark.parametrize(
    "path", ["..", "../x", "src/../../x", "/etc/passwd", "src//a.py", "./README.md", "src/\0", "a/" * 50 + "b", "src/."]
)
async def test_a_path_that_could_lead_out_is_refused(machine: Served, place: tuple[str, Path], path: str) -> None:
    address, _ = place
    assert (await listed(machine, address, path)).status_code == 400
    assert (await content(machine, address, path)).status_code == 400


async def test_links_are_shown_and_never_followed(machine: Served, place: tuple[str, Path], tmp_path: Path) -> None:
    address, folder = place
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("not yours")
    (folder / "file").symlink_to(tmp_path / "outside" / "secret")
    (folder / "folder").symlink_to(tmp_path / "outside")
    kinds = {entry["name"]: entry["kind"] for entry in (await listed(machine, address)).json()["entries"]}
    assert (kinds["file"], kinds["folder"]) == ("link", "link")
    for answer in (
        await content(machine, address, "file"),
        await content(machine, address, "folder/secret"),
        await listed(machine, address, "folder"),
    ):
        assert answer.status_code in (400, 404), answer.text
        assert "not yours" not in answer.text


async def test_a_workspace_that_is_a_link_is_not_entered(machine: Served, tmp_path: Path) -> None:
    task = await resting_task(machine)
    (tmp_path / "secret").write_text("not yours")
    (machine.room.api.settings.workspaces_dir / task.workspace).symlink_to(tmp_path)
    answer = await listed(machine, f"/api/tasks/{task.task_id}/files")
    assert answer.status_code in (400, 404)
    assert "secret" not in answer.text


async def test_settings_of_the_cli_and_logins_are_not_there(machine: Served, place: tuple[str, Path]) -> None:
    address, folder = place
    for name in (".claude", ".GIT", "src/.ssh"):
        (folder / name).mkdir()
        (folder / name / "config").write_text("closed")
    (folder / ".mcp.json").write_text("closed")
    names = [entry["name"] for entry in (await listed(machine, address)).json()["entries"]]
    assert names == ["src", "README.md"]
    assert len((await listed(machine, address, "src")).json()["entries"]) == 1
    for path in (".claude/config", ".Claude/config", ".GIT/config", "src/.ssh/config", ".mcp.json"):
        assert (await content(machine, address, path)).status_code == 404, path
    assert (await listed(machine, address, ".claude")).status_code == 404


async def test_known_secrets_are_taken_out_of_files(machine: Served, place: tuple[str, Path]) -> None:
    address, folder = place
    answer = await machine.admin.put("/api/env/SHOP_TOKEN", json={"value": SECRET})
    assert answer.status_code == 200
    (folder / ".env").write_text(f"TOKEN={SECRET}")
    (folder / "dump").write_bytes(b"\xff\x00" + SECRET.encode())
    for path in (".env", "dump"):
        found = (await content(machine, address, path)).content
        assert SECRET.encode() not in found
        assert b"[redacted SHOP_TOKEN]" in found


async def test_pipes_and_large_files_are_refused_at_once(
    machine: Served, place: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, folder = place
    os.mkfifo(folder / "pipe")
    assert (await content(machine, address, "pipe")).status_code == 400
    assert (await content(machine, address, "src")).status_code == 400
    monkeypatch.setattr(workspace_files, "MAX_FILE_BYTES", 8)
    assert (await content(machine, address, "README.md")).status_code == 413


async def test_a_folder_with_very_many_files_is_cut(
    machine: Served, place: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, _ = place
    assert (await listed(machine, address)).json()["truncated"] is False
    monkeypatch.setattr(workspace_files, "MAX_ENTRIES", 1)
    found = (await listed(machine, address)).json()
    assert (len(found["entries"]), found["truncated"]) == (1, True)


async def test_a_task_that_never_started_has_no_files(machine: Served) -> None:
    task = await resting_task(machine)
    answer = await listed(machine, f"/api/tasks/{task.task_id}/files")
    assert (answer.status_code, answer.json()["detail"]) == (404, "This task has no workspace.")
