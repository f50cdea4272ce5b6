"""Schedules from a form, from files and from words: one preview for all of them, and nothing saved by looking."""

import io
import shutil
import tarfile
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.api import Served, person, served
from tests.support.model import ScriptedModel
from tests.support.workbench import workbench

from machine.api import create_api
from machine.demo.replies import Reply
from machine.domain.principal import Role

FORM = {"name": "news", "cron": "0 9 * * 1-5", "timezone": "Europe/Berlin", "message": "Look.", "overlap": "enqueue"}
FILE = b"# Every working day\ncron: 0 9 * * 1-5\ntimezone: Europe/Berlin\nmessage: Look.\noverlap: enqueue  # in turn\n"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def upload(client: httpx2.AsyncClient, files: dict[str, bytes], **options: str) -> httpx2.Response:
    sent = [("files", (path, content, "application/octet-stream")) for path, content in files.items()]
    return await client.post("/api/schedules/upload", files=sent, data=options)


async def describe(client: httpx2.AsyncClient, wish: str) -> httpx2.Response:
    return await client.post("/api/schedules/describe", json={"description": wish}, timeout=60)


def zipped(path: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(path, content)
    return target.getvalue()


def tarred(path: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        member = tarfile.TarInfo(path)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def file_of(machine: Served, name: str = "news") -> Path:
    return machine.room.api.settings.data_dir / "config" / "schedules" / f"{name}.yaml"


async def names(machine: Served) -> list[str]:
    return [one["name"] for one in (await machine.admin.get("/api/schedules")).json()["items"]]


async def test_a_form_and_its_file_show_the_same_and_save_nothing(machine: Served) -> None:
    by_form = await machine.admin.post("/api/schedules/preview", json=FORM)
    by_file = await upload(machine.admin, {"news.yaml": FILE}, preview="true")
    assert (by_form.status_code, by_file.status_code) == (200, 200), by_file.text
    for shown in (by_form.json(), by_file.json()):
        assert (shown["kind"], shown["name"], shown["exists"], shown["warnings"]) == ("schedule", "news", False, [])
        times = shown["times"]
        assert (times["words"], times["timezone"]) == ("At 09:00 on Monday through Friday", "Europe/Berlin")
        assert [moment[10:19] for moment in times["next_runs"]] == ["T09:00:00"] * 5
        assert [file["path"] for file in shown["files"]] == ["news.yaml"]
    assert by_form.json()["times"] == by_file.json()["times"]
    assert await names(machine) == []
    paused = (await machine.admin.post("/api/schedules/preview", json={**FORM, "paused": True})).json()
    assert (paused["times"]["next_runs"], len(paused["warnings"])) == ([], 1)


@pytest.mark.parametrize(
    "files",
    [
        {"news.yaml": FILE},
        {"news.yml": FILE},
        {"schedules/news.yaml": FILE, "schedules/.DS_Store": b"\0"},
        {"news.zip": zipped("backup/schedules/news.yaml", FILE)},
        {"news.tgz": tarred("news.yaml", FILE)},
        {"other.yaml": b"name: news\n" + FILE},
    ],
    ids=["file", "yml", "folder", "zip", "tar", "named"],
)
async def test_a_file_a_folder_and_an_archive_become_a_schedule(machine: Served, files: dict[str, bytes]) -> None:
    shown = (await upload(machine.admin, files, preview="true")).json()
    made = await upload(machine.admin, files, content_hash=shown["content_hash"])
    assert made.status_code == 201, made.text
    one = made.json()
    assert (one["name"], one["overlap"], one["revertible"], len(one["next_runs"])) == ("news", "enqueue", False, 5)
    assert one["user_id"] == (await machine.room.api.people.local_administrator()).user_id
    assert b"# in turn" in file_of(machine).read_bytes(), "what people wrote stays"


@pytest.mark.parametrize(
    ("files", "where", "what"),
    [
        ({}, "", "files"),
        ({"a.yaml": FILE, "b.yaml": FILE}, "files", "send one YAML file"),
        ({"news.txt": FILE}, "files.news.txt", "is no YAML file"),
        ({"news.zip": b"no archive"}, "files.news.zip", "is no archive"),
        ({"News!.yaml": FILE}, "files", "lower case"),
        ({"news.yaml": b"cron: * * * * *\nmessage: x\n"}, "files.news.yaml:1.cron", "in quotes"),
        ({"news.yaml": b"message: x\n"}, "files.news.yaml", "required"),
        ({"news.yaml": FILE + b"agent: nobody\n"}, "files.news.yaml:6.agent", "there is no agent nobody"),
        ({"news.yaml": FILE.replace(b"Berlin", b"Bern")}, "files.news.yaml:3.timezone", "no time zone"),
        ({"news.yaml": b"\xff\xfe"}, "files.news.yaml", "text"),
    ],
)
async def test_what_is_no_schedule_is_refused_with_its_place(
    machine: Served, files: dict[str, bytes], where: str, what: str
) -> None:
    answer = await upload(machine.admin, files)
    if not files:
        assert answer.status_code in (400, 415, 422)
        return
    assert answer.status_code == 422, answer.text
    fault = answer.json()["errors"][0]
    assert fault["where"].startswith(where)
    assert what in fault["what"]
    assert await names(machine) == []


async def test_its_owner_is_who_made_it_whatever_a_file_says(machine: Served) -> None:
    administrator = (await machine.room.api.people.local_administrator()).user_id
    other, token = await person(machine, Role.ADMINISTRATOR)
    named = {"news.yaml": FILE + b"user_id: user_elsewhere\n"}
    shown = (await upload(machine.client(token), named, preview="true")).json()
    assert "becomes yours" in " ".join(shown["warnings"])
    made = await upload(machine.client(token), named, content_hash=shown["content_hash"])
    assert (made.status_code, made.json()["user_id"]) == (201, other)
    again = {"news.yaml": FILE.replace(b"Look.", b"Look again.") + f"user_id: {administrator}\n".encode()}
    assert (await upload(machine.admin, again)).status_code == 409, "the name is taken"
    shown = (await upload(machine.admin, again, preview="true")).json()
    assert (shown["exists"], "stays whose it is" in " ".join(shown["warnings"])) == (True, True)
    replaced = (await upload(machine.admin, again, replace="true")).json()
    assert (replaced["user_id"], replaced["message"], replaced["revertible"]) == (other, "Look again.", True)
    given = (await machine.admin.post("/api/schedules/news/owner")).json()
    assert given["user_id"] == administrator
    assert b"# in turn" in file_of(machine).read_bytes()


async def test_what_is_exported_comes_back_as_it_was(machine: Served) -> None:
    made = (await upload(machine.admin, {"news.yaml": FILE})).json()
    exported = await machine.admin.get("/api/schedules/news/export")
    assert exported.headers["content-type"].startswith("application/yaml")
    assert exported.headers["content-disposition"] == 'attachment; filename="news.yaml"'
    assert exported.content == FILE
    assert (await machine.admin.delete("/api/schedules/news")).status_code == 204
    back = (await upload(machine.admin, {"news.yaml": exported.content})).json()
    assert {**back, "revertible": False} == {**made, "revertible": False}


async def test_the_version_before_comes_back_after_a_change_and_after_deletion(machine: Served) -> None:
    await machine.admin.post("/api/schedules", json=FORM)
    await machine.admin.put("/api/schedules/news", json={**FORM, "message": "Something else."})
    back = await machine.admin.post("/api/schedules/news/revert")
    assert (back.status_code, back.json()["message"]) == (200, "Look.")
    await machine.admin.delete("/api/schedules/news")
    assert (await machine.admin.post("/api/schedules/news/revert")).json()["message"] == "Look."
    assert (await machine.admin.post("/api/schedules/nothing/revert")).status_code == 404


async def test_a_description_is_shown_and_saved_as_a_form_or_as_a_file(machine: Served) -> None:
    answer = await describe(machine.admin, "Every weekday at nine, say what is open.")
    assert answer.status_code == 200, answer.text
    drafted = answer.json()
    preview, form = drafted["preview"], drafted["form"]
    assert (preview["kind"], preview["times"]["words"]) == ("schedule", "At 09:00 on Monday through Friday")
    assert (form["cron"], form["agent"], "timezone" in form) == ("0 9 * * 1-5", "planning", False)
    assert await names(machine) == [], "a draft is not saved"
    files = {file["path"]: file["text"].encode() for file in drafted["files"]}
    changed = {path: content + b"paused: true\n" for path, content in files.items()}
    assert (await upload(machine.admin, changed, content_hash=preview["content_hash"])).status_code == 409
    by_file = await upload(machine.admin, files, content_hash=preview["content_hash"])
    assert by_file.status_code == 201, by_file.text
    by_form = await machine.admin.post("/api/schedules", json={**form, "name": "by-hand", "timezone": "Europe/Berlin"})
    assert (by_form.status_code, by_form.json()["message"]) == (201, by_file.json()["message"])
    task = (await machine.admin.get(f"/api/tasks/{drafted['task_id']}")).json()
    assert (task["status"], task["assigned_agent"]) == ("completed", "brain")
    assert task["title"].startswith("Describe a new schedule: ")
    shutil.rmtree(file_of(machine).parent)


async def test_descriptions_are_for_administrators(machine: Served) -> None:
    _, token = await person(machine, Role.MEMBER)
    assert (await describe(machine.client(token), "Every day, do much.")).status_code == 403
    assert (await machine.admin.get("/api/tasks")).json()["items"] == []


async def test_what_a_description_brings_about_is_checked_as_all_else_is(tmp_path: Path) -> None:
    drafts: dict[str, tuple[dict[str, Any], str, str]] = {
        "first": ({"name": "a", "cron": "0 25 * * *", "message": "x"}, "cron", "hour"),
        "second": ({"name": "b", "cron": "@daily", "message": "x", "agent": "nobody"}, "agent", "there is no agent"),
        "third": ({"name": "c", "cron": "@daily", "message": "x", "timezone": "Mars/Base"}, "timezone", "no time zone"),
    }
    model = ScriptedModel("That is beyond me.")
    for word, (draft, _, _) in drafts.items():
        model.on(word, Reply.tool("StructuredOutput", draft), "Done.")
    async with workbench(tmp_path / "data", model) as bench:
        administrator = await bench.room.api.people.local_administrator()
        _, token = await bench.room.api.authenticator.new_token(administrator.user_id, "tests")
        transport = httpx2.ASGITransport(create_api(bench.room.api))
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
            for word, (_, field, reason) in drafts.items():
                answer = await describe(client, f"The {word}.")
                assert answer.status_code == 422, answer.text
                fault = answer.json()["errors"][0]
                assert fault["where"].endswith(field)
                assert reason in fault["what"]
        assert "answer with the structured output alone" in model.requests[0].last_user_text
        assert "A schedule gives the same message" in model.requests[0].last_user_text
