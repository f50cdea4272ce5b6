"""The command line without a daemon: what is shown, what typed words mean, how it ends."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.daemon import clean_environment
from tests.support.fake_daemon import ended, event, said

from machine.app.checks import claude_cli, data_folder, file_system, port_is_free
from machine.cli import main
from machine.cli.config import locate, read_checked_settings
from machine.cli.figures import Progress, cost_text, count_text, duration_text
from machine.cli.output import CliError, clean, one_line, table
from machine.cli.prompts import (
    Ask,
    BudgetPrompt,
    MessagePrompt,
    PermissionPrompt,
    QuestionPrompt,
    Reply,
    Say,
    StopPrompt,
    answers_from,
    details,
    prompt_for,
)
from machine.cli.terminal import RESULT_LINES, Transcript
from machine.settings import Settings, read_settings


def shown(*events: dict[str, Any]) -> str:
    transcript = Transcript()
    return "".join(span.text for each in events for span in transcript.render(each))


# --- what is shown --------------------------------------------------------------------------------------------------


def test_pieces_of_one_text_are_joined_and_the_next_text_begins_on_its_own_line() -> None:
    text = shown(said(1, "Hel", more=True), said(2, "lo", more=True), event(3, "task.metrics"), said(4, " you"))
    assert text + shown(said(5, "Next", item="i2")) == "Hello you\nNext\n"


def test_a_text_that_was_cut_off_does_not_swallow_the_line_after_it() -> None:
    text = shown(said(1, "Hel", more=True), event(2, "task.started", attempt=2, resumed=True))
    assert text == "Hel\nresumed\n"


def test_thinking_is_dim_and_text_is_not() -> None:
    transcript = Transcript()
    (thinking, _) = transcript.render(said(1, "hm", kind="thinking"))
    (text, _) = transcript.render(said(2, "yes", item="i2"))
    assert (thinking.style, text.style) == ("dim", "")


def test_a_tool_call_is_one_line_with_what_says_most() -> None:
    card = shown(event(1, kind="tool_use", name="Bash", input={"description": "list", "command": "ls -la\n| wc"}))
    assert card == "● Bash  ls -la | wc\n"


def test_a_tool_call_in_pieces_is_one_card() -> None:
    pieces = [event(seq, kind="tool_use", name="Write", item="t", text='{"content":', more=True) for seq in (1, 2, 3)]
    assert shown(*pieces).count("● Write") == 1


def test_a_long_result_is_folded_across_its_pieces() -> None:
    lines = "\n".join(f"line {number}" for number in range(10))
    text = shown(
        said(1, lines[:20], kind="tool_result", item="r", more=True), said(2, lines[20:], kind="tool_result", item="r")
    )
    assert text.splitlines() == [*(f"  │ line {number}" for number in range(RESULT_LINES)), "  │ … 6 more lines"]


def test_a_resume_after_a_restart_is_told_apart_from_one_after_a_long_wait() -> None:
    resumed = event(2, "task.started", attempt=2, resumed=True)
    assert "resumed after a restart" in shown(event(1, "task.queued", reason="lost"), resumed)
    assert "resumed after a restart" not in shown(event(1, "task.queued", reason="answered"), resumed)


def test_the_end_tells_time_tokens_and_that_demo_money_is_no_money() -> None:
    assert shown(ended(1)) == "✓ completed · 4.2 s · 1.2k tokens in, 30 out · $0.0123 demo money, nobody pays\n"


def test_a_failure_tells_reason_message_and_what_to_do() -> None:
    failure = {"reason": "timeout", "message": "It took too long.", "hint": "Raise timeout_seconds."}
    text = shown(ended(1, "failed", failure=failure))
    assert text.startswith("✗ failed (timeout)")
    assert "It took too long.\n  Raise timeout_seconds.\n" in text


def test_a_result_that_was_never_streamed_is_printed_at_the_end() -> None:
    assert shown(ended(1, result="42")).startswith("42\n✓")
    assert "42" not in shown(said(1, "said already"), ended(2, result="42"))


def test_an_unknown_event_is_shown_by_its_name() -> None:
    assert shown(event(1, "task.dreamt", of="sheep")) == "· task.dreamt\n"


def test_the_first_message_is_not_repeated_and_later_ones_are_shown() -> None:
    created = event(1, "task.created", task_id="task_1", assigned_agent="planning", title="go", input_message="go")
    text = shown(created, event(2, "task.input", message="go"), event(3, "task.input", message="faster"))
    assert text == "task_1 · agent planning · go\n› faster\n"


@pytest.mark.parametrize(
    "nasty",
    ["\x1b[2J\x1b[1;1Hfine", "\x1b]52;c;ZXZpbA==\x07fine", "\x1b]0;title\x1b\\fine", "\x1bPq#0\x1b\\fine", "\x1bcfine"],
)
def test_terminal_sequences_never_reach_the_terminal(nasty: str) -> None:
    for text in (shown(said(1, nasty)), one_line(nasty, 80), shown(event(1, kind="tool_use", name=nasty, input={}))):
        assert "\x1b" not in text
        assert "fine" in text


def test_characters_that_reverse_the_reading_order_are_shown_by_number() -> None:
    assert clean("rm \u202egnp.exe\x9b1m") == "rm <202E>gnp.exe<009B>1m"


def test_figures_are_short() -> None:
    assert [duration_text(seconds) for seconds in (4.24, 65, 7265)] == ["4.2 s", "1:05", "2:01:05"]
    assert [count_text(count) for count in (950, 12345, 999_999, 4_500_000)] == ["950", "12.3k", "1.0M", "4.5M"]


def test_costs_say_of_which_kind_they_are() -> None:
    usage = {"cost_usd": 0.5, "estimated": True}
    assert cost_text(usage, "billed") == "~$0.5000"
    assert "not a bill" in cost_text(usage, "subscription")
    assert "demo" in cost_text(usage, "demo")


def test_the_progress_line_tells_state_time_and_cost() -> None:
    progress = Progress()
    progress.update(event(1, "task.created"))
    progress.update(event(2, "task.started"))
    progress.update(event(3, "task.metrics", usage={"output_tokens": 5, "cost_usd": 0.1}, cost_kind="demo"))
    line = progress.text(now=1795348865.0)
    assert "working · 1:05 · 0 tokens in, 5 out · $0.1000 demo money" in line


def test_a_table_is_aligned_and_cut() -> None:
    assert table(("a", "b"), [("x", "y" * 9), ("long", None)], widest=4) == "A     B\nx     yyy…\nlong"


# --- what typed words mean ------------------------------------------------------------------------------------------


PERMISSION = {"approval_id": "a1", "kind": "permission", "tool_name": "Bash", "input": {"command": "npm test"}}
QUESTIONS = {
    "approval_id": "a2",
    "kind": "question",
    "tool_name": "AskUserQuestion",
    "input": {
        "questions": [
            {"question": "Which one?", "options": [{"label": "Red", "description": "warm"}, {"label": "Blue"}]},
            {"question": "Which ones?", "multiSelect": True, "options": [{"label": "A"}, {"label": "B"}]},
        ]
    },
}


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("a", {"decision": "allow"}),
        ("Yes", {"decision": "allow"}),
        ("w", {"decision": "allow", "remember": True}),
        ("always", {"decision": "allow", "remember": True}),
        ("d", {"decision": "deny"}),
        ("deny use make", {"decision": "deny", "reason": "use make"}),
    ],
)
def test_a_permission_is_answered_with_a_word(line: str, body: dict[str, Any]) -> None:
    assert PermissionPrompt(PERMISSION).take(line) == Reply("a1", body)


@pytest.mark.parametrize("line", ["", "al", "allright then", "1"])
def test_a_word_that_is_not_clear_allows_nothing(line: str) -> None:
    assert isinstance(PermissionPrompt(PERMISSION).take(line), Ask)


def test_the_whole_command_is_shown_before_it_is_allowed() -> None:
    sneaky = {**PERMISSION, "input": {"command": "echo ok\n\x1b[1A\x1b[2Krm -rf ~"}}
    opening = PermissionPrompt(sneaky).opening()
    assert "echo ok\n    rm -rf ~" in opening
    assert "\x1b" not in opening


def test_what_is_too_long_to_show_is_said_to_be_hidden() -> None:
    assert "more characters" in details({**PERMISSION, "input": {"content": "x\n" * 100_000}})


def test_a_plan_is_never_allowed_for_ever() -> None:
    assert isinstance(PermissionPrompt({**PERMISSION, "kind": "plan"}).take("w"), Ask)


BUDGET = {"approval_id": "a1", "kind": "budget", "input": {"explanation": "It has spent $0.72 of $0.50."}}


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("a", {"decision": "allow"}),
        ("allow 2.5", {"decision": "allow", "input": {"raise_by_usd": 2.5}}),
        ("y $3", {"decision": "allow", "input": {"raise_by_usd": 3}}),
        ("deny too dear", {"decision": "deny", "reason": "too dear"}),
    ],
)
def test_a_budget_is_raised_or_refused_with_a_word(line: str, body: dict[str, Any]) -> None:
    prompt = prompt_for(BUDGET)
    assert isinstance(prompt, BudgetPrompt)
    assert "$0.72 of $0.50" in prompt.opening()
    assert prompt.take(line) == Reply("a1", body)


@pytest.mark.parametrize("line", ["", "w", "allow all of it", "allow -1", "allow inf", "allow nan", "2"])
def test_an_amount_that_is_not_clear_raises_nothing(line: str) -> None:
    assert isinstance(prompt_for(BUDGET).take(line), Ask)


def test_questions_are_asked_one_by_one_and_answered_by_number_or_in_words() -> None:
    prompt = prompt_for(QUESTIONS)
    assert isinstance(prompt, QuestionPrompt)
    assert "1. Red: warm" in prompt.opening()
    assert isinstance(prompt.take(""), Ask)
    second = prompt.take("2")
    assert isinstance(second, Ask)
    assert "Which ones?" in second.text
    assert prompt.take("1, 2") == Reply(
        "a2", {"decision": "allow", "answers": {"Which one?": "Blue", "Which ones?": ["A", "B"]}}
    )


def test_own_words_are_an_answer() -> None:
    assert answers_from(QUESTIONS, ["Green, please", "3"]) == {"Which one?": "Green, please", "Which ones?": "3"}


def test_too_few_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="2 questions and 1 answers"):
        answers_from(QUESTIONS, ["1"])


def test_a_question_without_questions_can_still_be_denied() -> None:
    assert isinstance(prompt_for({**QUESTIONS, "input": {"questions": "?"}}), PermissionPrompt)


def test_ctrl_c_asks_and_only_s_stops() -> None:
    prompt = StopPrompt()
    assert [prompt.take(line) for line in ("s", "stop", "d", "c", "", None)] == [
        *("stop", "stop", "detach", "continue", "continue", "detach"),
    ]
    assert isinstance(prompt.take("x"), Ask)


def test_an_empty_message_leaves_a_waiting_task_alone() -> None:
    assert MessagePrompt().take("  ") == "detach"
    assert MessagePrompt().take(" go on ") == Say("go on")


# --- where the daemon is --------------------------------------------------------------------------------------------


def daemon_folder(folder: Path, *, mode: int = 0o600) -> Path:
    (folder / "run").mkdir(parents=True)
    (folder / "run" / "daemon.json").write_text('{"url": "http://127.0.0.1:9", "pid": 1, "started_at": "x"}')
    (folder / "run" / "cli-token").write_text("secret-of-the-folder\n")
    (folder / "run" / "cli-token").chmod(mode)
    return folder


def test_the_folder_tells_address_and_token(tmp_path: Path) -> None:
    found = locate(str(daemon_folder(tmp_path)), {})
    assert (found.url, found.token, found.local) == ("http://127.0.0.1:9", "secret-of-the-folder", True)
    assert "secret" not in repr(found)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o602])
def test_a_token_file_that_others_can_read_or_write_is_not_used(tmp_path: Path, mode: int) -> None:
    with pytest.raises(CliError, match="can be read by others") as caught:
        locate(str(daemon_folder(tmp_path, mode=mode)), {})
    assert "chmod 600" in caught.value.hint


def test_the_folders_token_is_never_sent_to_another_address(tmp_path: Path) -> None:
    with pytest.raises(CliError, match="no token for it"):
        locate(str(daemon_folder(tmp_path)), {"MACHINE_URL": "http://127.0.0.1:10"})


def test_the_environment_wins_and_a_token_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("from-file\n")
    environ = {"MACHINE_URL": "https://example.org/", "MACHINE_TOKEN_FILE": str(tmp_path / "t")}
    found = locate(str(daemon_folder(tmp_path / "data")), environ)
    assert (found.url, found.token, found.local) == ("https://example.org", "from-file", False)


def test_without_a_daemon_the_command_that_starts_one_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MACHINE_URL", raising=False)
    monkeypatch.delenv("MACHINE_TOKEN", raising=False)
    assert main(["tasks", "list", "--data-dir", str(tmp_path)]) == 4
    assert "machine serve" in capsys.readouterr().err


def test_a_daemon_that_is_gone_is_exit_code_4_for_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MACHINE_URL", raising=False)
    monkeypatch.delenv("MACHINE_TOKEN", raising=False)
    folder = str(daemon_folder(tmp_path))
    for command in (
        ["run", "hi"],
        ["status"],
        ["agents"],
        ["webhooks"],
        ["approvals"],
        ["tasks", "stop", "x"],
        ["tasks", "show", "x"],
    ):
        assert main([*command, "--data-dir", folder]) == 4, command
        said_ = capsys.readouterr()
        assert "No daemon answers at http://127.0.0.1:9" in said_.err
        assert "secret-of-the-folder" not in said_.out + said_.err


def test_errors_are_json_when_json_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tasks", "--json", "--data-dir", str(tmp_path)]) == 4
    said_ = capsys.readouterr()
    assert said_.out == ""
    assert json.loads(said_.err)["error"]["code"] == "unreachable"


# --- usage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run"],
        ["run", "  "],
        ["run", "hi", "--max-turns", "0"],
        ["tasks", "show"],
        ["serve", "--port", "70000"],
        ["approvals", "allow", "x", "--input", "[1]"],
        ["token", "create"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_role_that_shares_the_work_is_refused_without_postgresql(
    role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--role", role, "--data-dir", str(tmp_path / "data")]) == 2
    assert "DATABASE_URL" in capsys.readouterr().err
    monkeypatch.setenv("MACHINE_ROLE", role)
    assert main(["serve", "--data-dir", str(tmp_path / "data")]) == 2
    assert not (tmp_path / "data").exists()


def test_every_fault_in_the_settings_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("MACHINE_ID", "a b")
    with pytest.raises(CliError) as caught:
        read_checked_settings(os.environ, log_level="loud")
    assert caught.value.exit_code == 2
    assert len(caught.value.message.splitlines()) == 3
    assert "PORT is 'many', but it should be a valid integer" in caught.value.message
    assert "--log-level is 'loud'" in caught.value.message


def test_a_secrets_file_that_is_missing_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY_FILE", str(tmp_path / "nothing"))
    assert main(["doctor", "--data-dir", str(tmp_path)]) == 2
    assert str(tmp_path / "nothing") in capsys.readouterr().err


def test_help_is_quick_and_imports_nothing_heavy(tmp_path: Path) -> None:
    heavy = ("pydantic", "rich", "httpx2", "websockets", "fastapi", "sqlalchemy", "claude_agent_sdk", "asyncio")
    code = (
        f"import sys; from machine.cli import main; main(['--help']); print([n for n in {heavy} if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert "Commands:" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_loads_nothing_that_takes_its_time(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "machine", "--help"]
    done = subprocess.run(command, env=clean_environment(tmp_path), capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert {"machine", "click"} <= loaded
    slow = {"alembic", "claude_agent_sdk", "cryptography", "fastapi", "httpx2", "mcp", "pydantic", "rich", "sqlalchemy"}
    assert not loaded & slow


COMMANDS = ("serve", "run", "tasks", "approvals", "agents", "webhooks", "status", "token", "doctor")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert "Usage: machine" in capsys.readouterr().out


# --- doctor ---------------------------------------------------------------------------------------------------------


def settings_for(folder: Path, **more: Any) -> Settings:
    return read_settings({}, data_dir=folder, **more)


def test_an_open_data_folder_is_a_problem_with_its_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    (finding,) = data_folder(settings_for(folder))
    assert (finding.level, finding.hint) == ("problem", f"chmod 700 {folder}")


def test_an_open_folder_of_secrets_is_a_problem(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials").chmod(0o750)
    assert [finding.level for finding in data_folder(settings_for(tmp_path))] == ["ok", "problem"]
    assert stat.S_IMODE((tmp_path / "credentials").stat().st_mode) == 0o750


def test_a_network_file_system_is_recognised_by_the_innermost_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"22 21 0:5 / {tmp_path} rw,relatime shared:1 - nfs4 server:/x rw\n"
        f"23 21 0:6 / {tmp_path}x rw - tmpfs tmpfs rw\n"
    )
    assert file_system(tmp_path, mounts) == "nfs4"
    assert file_system(Path("/"), mounts) == "ext4"
    assert file_system(tmp_path, tmp_path / "missing") is None


def test_a_cli_that_does_not_start_is_a_problem(tmp_path: Path) -> None:
    program = tmp_path / "claude"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    (finding,) = claude_cli(settings_for(tmp_path, claude_cli_path=program))
    assert finding.level == "problem"
    assert "exit status 3" in finding.text


def test_a_missing_cli_is_a_problem(tmp_path: Path) -> None:
    (finding,) = claude_cli(settings_for(tmp_path, claude_cli_path=tmp_path / "nothing"))
    assert finding.level == "problem"


def test_a_taken_port_is_seen() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert not port_is_free("127.0.0.1", taken.getsockname()[1])


def test_doctor_says_in_json_what_is_wrong_and_exits_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CLI_PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv("PORT", "0")
    assert main(["doctor", "--json", "--data-dir", str(tmp_path / "data")]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert {"claude", "disk", "clock", "python"} <= {each["check"] for each in report["checks"]}
