"""Attached files: what they may hold, what they are called, and that nothing planted in a workspace leads astray."""

from pathlib import Path

import pytest

from machine.domain.chat import Attachment, media_type_of, safe_name, unlike, with_attachments
from machine.registry.attachments import AttachmentFiles


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("Grüße\n".encode(), "text/plain"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\n\0\0\0WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (b"PK\x03\x04\x14\xff", None),
        (b"text\0with NUL", None),
        (b"\xff\xfelatin", None),
    ],
)
def test_a_file_is_known_by_what_it_holds_and_not_by_its_name(content: bytes, media_type: str | None) -> None:
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Grüße aus Köln.txt", "Grüße-aus-Köln.txt"),
        ("..", "file"),
        ("", "file"),
        (".mcp.json", "mcp.json"),
        ("@secret `rm` $(x).md", "secret-rm-x-.md"),
        ("CLAUDE.md", "attached-CLAUDE.md"),
        ("claude.LOCAL.md", "attached-claude.LOCAL.md"),
        ("line\nbreak.txt", "line-break.txt"),
        (f"{'a' * 300}.txt", f"{'a' * 76}.txt"),
    ],
)
def test_a_name_becomes_one_plain_part_of_a_path_that_means_nothing(raw: str, safe: str) -> None:
    assert safe_name(raw) == safe


def test_a_name_that_is_taken_gets_a_number_however_it_is_written() -> None:
    assert unlike("a.txt", ()) == "a.txt"
    assert unlike("A.txt", ("a.TXT", "a-2.txt")) == "A-3.txt"


def test_the_agent_is_told_which_files_came_with_a_message() -> None:
    one = Attachment(attachment_id="attachment_1", name="a.txt", media_type="text/plain", size_bytes=3)
    assert with_attachments("Look.", ()) == "Look."
    told = with_attachments("Look.", (one,))
    assert told.startswith("Look.\n\n")
    assert told.endswith("- attachments/a.txt (text/plain, 3 bytes)")


def test_files_are_laid_out_without_following_what_lies_there(tmp_path: Path) -> None:
    (tmp_path / "attachments").mkdir()
    files = AttachmentFiles(tmp_path / "attachments", tmp_path / "workspaces")
    files.keep("attachment_1", b"new")
    workspace, elsewhere = tmp_path / "workspaces" / "w", tmp_path / "elsewhere"
    workspace.mkdir(parents=True)
    elsewhere.mkdir()
    (workspace / "attachments").symlink_to(elsewhere)
    one = Attachment(attachment_id="attachment_1", name="a.txt", media_type="text/plain", size_bytes=3)
    files.lay_out(workspace, [one])
    assert (workspace / "attachments" / "a.txt").read_bytes() == b"new"
    assert list(elsewhere.iterdir()) == []

    (elsewhere / "kept.txt").write_text("kept")
    (workspace / "attachments" / "a.txt").unlink()
    (workspace / "attachments" / "a.txt").symlink_to(elsewhere / "kept.txt")
    files.lay_out(workspace, [one])
    assert (workspace / "attachments" / "a.txt").read_bytes() == b"new"
    assert (elsewhere / "kept.txt").read_text() == "kept"

    (workspace / "attachments" / "a.txt").write_text("changed by the agent")
    files.lay_out(workspace, [one])
    assert (workspace / "attachments" / "a.txt").read_text() == "changed by the agent", "a restart takes nothing back"

    files.take_away("w", ["a.txt"])
    files.forget(["attachment_1"])
    assert list((workspace / "attachments").iterdir()) == []
    files.lay_out(workspace, [one])
    assert list((workspace / "attachments").iterdir()) == [], "what was forgotten is left out"
