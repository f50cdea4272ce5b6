"""The command line against the real daemon: the real CLI, the demo model, real sockets, a real terminal."""

import json
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.daemon import DaemonProcess, demo_daemon_on
from tests.support.terminal import Terminal

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def demo_daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with demo_daemon_on(tmp_path_factory.mktemp("cli") / "data") as daemon:
        yield daemon


def task_id_in(text: str) -> str:
    found = re.search(r"task_[0-9a-z]{26}", text)
    assert found, text
    return found[0]


def events_of(daemon: DaemonProcess, task_id: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = daemon.get(f"/api/tasks/{task_id}/events?limit=5000")["events"]
    return events


def at_terminal(daemon: DaemonProcess, *arguments: str) -> Terminal:
    return Terminal({**daemon.environment, "MACHINE_DATA_DIR": str(daemon.data_dir)}, *arguments)


# --- run ------------------------------------------------------------------------------------------------------------


def test_a_wish_is_done_and_shown(demo_daemon: DaemonProcess) -> None:
    done = demo_daemon.command("run", "hello there")
    assert done.returncode == 0, done.stderr
    assert "hello there" in done.stdout
    assert "✓ completed" in done.stdout
    assert "demo money" in done.stdout
    assert "\x1b" not in done.stdout


def test_json_is_what_the_daemon_stored_event_by_event(demo_daemon: DaemonProcess) -> None:
    done = demo_daemon.command("run", "hello there", "--json")
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [each["seq"] for each in printed] == list(range(1, len(printed) + 1))
    stored = events_of(demo_daemon, printed[0]["task_id"])
    assert [(each["seq"], each["type"], each["data"]) for each in printed] == [
        (each["seq"], each["type"], each["data"]) for each in stored
    ]


def test_the_message_can_come_through_a_pipe(demo_daemon: DaemonProcess) -> None:
    done = demo_daemon.command("run", "-", input="words from a pipe\n")
    assert done.returncode == 0, done.stderr
    assert "words from a pipe" in done.stdout


def test_a_failed_task_is_exit_code_1_with_reason_and_hint(demo_daemon: DaemonProcess) -> None:
    done = demo_daemon.command("run", "demo:fail")
    assert done.returncode == 1, done.stdout
    assert "✗ failed (" in done.stdout


def test_an_unknown_agent_is_refused_in_one_sentence(demo_daemon: DaemonProcess) -> None:
    done = demo_daemon.command("run", "hello", "--agent", "nobody")
    assert done.returncode == 2
    assert "nobody" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_task_that_is_only_handed_in_prints_its_id_and_can_be_followed_later(demo_daemon: DaemonProcess) -> None:
    handed_in = demo_daemon.command("run", "--no-follow", "hello later")
    assert handed_in.returncode == 0, handed_in.stderr
    followed = demo_daemon.command("tasks", "follow", handed_in.stdout.strip())
    assert followed.returncode == 0
    assert "✓ completed" in followed.stdout


def test_a_permission_nobody_can_give_is_exit_code_5_and_the_named_command_gives_it(demo_daemon: DaemonProcess) -> None:
    waiting = demo_daemon.command("run", "--no-wait", "demo:permission")
    assert waiting.returncode == 5, waiting.stderr
    found = re.search(r"machine (approvals allow \S+)", waiting.stderr)
    assert found
    assert demo_daemon.command(*found[1].split()).returncode == 0
    followed = demo_daemon.command("tasks", "follow", task_id_in(waiting.stdout))
    assert followed.returncode == 0
    assert "allowed" in followed.stdout


def test_a_question_is_answered_by_number_from_another_command(demo_daemon: DaemonProcess) -> None:
    waiting = demo_daemon.command("run", "--no-wait", "demo:ask")
    assert waiting.returncode == 5, waiting.stderr
    task_id = task_id_in(waiting.stdout)
    pending = json.loads(demo_daemon.command("approvals", "--json").stdout)["items"]
    (asked,) = [each for each in pending if each["task_id"] == task_id]
    chosen = asked["input"]["questions"][0]["options"][1]["label"]
    answered = demo_daemon.command("approvals", "answer", asked["approval_id"], "2")
    assert answered.returncode == 0, answered.stderr
    followed = demo_daemon.command("tasks", "follow", task_id)
    assert f"answered: {chosen}" in followed.stdout


def test_sigint_without_a_terminal_leaves_the_task_running(demo_daemon: DaemonProcess) -> None:
    command = [sys.executable, "-m", "machine", "run", "demo:slow", "--agent", "planning"]
    environ = {**demo_daemon.environment, "MACHINE_DATA_DIR": str(demo_daemon.data_dir)}
    with subprocess.Popen(
        command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        task_id = task_id_in(running.stdout.readline())
        assert "started" in running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "goes on without you" in errors
    assert demo_daemon.get(f"/api/tasks/{task_id}")["status"] in ("queued", "running")
    stopped = demo_daemon.command("tasks", "stop", task_id)
    assert stopped.stdout == f"{task_id} is cancelled\n"


# --- at a terminal --------------------------------------------------------------------------------------------------


def test_a_permission_is_given_at_the_terminal(demo_daemon: DaemonProcess) -> None:
    terminal = at_terminal(demo_daemon, "run", "demo:permission")
    terminal.read_until(r"deny WHY says why\): ")
    terminal.type("allow\n")
    assert terminal.end() == 0, terminal.text
    assert "✓ completed" in terminal.text


def test_a_question_is_answered_at_the_terminal_in_own_words(demo_daemon: DaemonProcess) -> None:
    terminal = at_terminal(demo_daemon, "run", "demo:ask")
    terminal.read_until("or your own words: ")
    terminal.type("mauve, obviously\n")
    assert terminal.end() == 0, terminal.text
    assert "answered: mauve, obviously" in terminal.text


def test_a_prompt_goes_away_when_the_answer_comes_from_elsewhere(demo_daemon: DaemonProcess) -> None:
    terminal = at_terminal(demo_daemon, "run", "demo:permission")
    terminal.read_until(r"deny WHY says why\): ")
    (pending,) = json.loads(demo_daemon.command("approvals", "--json").stdout)["items"]
    demo_daemon.command("approvals", "deny", pending["approval_id"], "--reason", "not today")
    assert terminal.end() == 0, terminal.text
    assert "denied: not today" in terminal.text


def test_ctrl_c_asks_and_s_stops_the_task(demo_daemon: DaemonProcess) -> None:
    terminal = at_terminal(demo_daemon, "run", "demo:slow")
    seen = terminal.read_until("working")
    terminal.interrupt()
    seen = terminal.read_until(r"\[c\]ontinue: ", after=seen)
    terminal.type("c\n")
    seen = terminal.read_until("working", after=seen)
    terminal.interrupt()
    terminal.read_until(r"\[c\]ontinue: ", after=seen)
    terminal.type("s\n")
    assert terminal.end() == 3, terminal.text


def test_a_second_ctrl_c_leaves_the_task_alone(demo_daemon: DaemonProcess) -> None:
    terminal = at_terminal(demo_daemon, "run", "demo:slow")
    terminal.read_until("working")
    terminal.interrupt()
    terminal.read_until(r"\[c\]ontinue: ")
    terminal.interrupt()
    assert terminal.end() == 130, terminal.text
    task_id = task_id_in(terminal.text)
    assert demo_daemon.get(f"/api/tasks/{task_id}")["status"] == "running"
    demo_daemon.command("tasks", "stop", task_id)


def test_an_interactive_task_is_spoken_with(demo_daemon: DaemonProcess) -> None:
    terminal = at_terminal(demo_daemon, "run", "--interactive", "first words")
    seen = terminal.read_until(r"Ctrl-C: more\): ")
    terminal.type("second words\n")
    seen = terminal.read_until("› second words", after=seen)
    terminal.read_until(r"Ctrl-C: more\): ", after=seen)
    terminal.type("\n")
    assert terminal.end() == 130, terminal.text
    assert "waits for you" in terminal.text


# --- restarts -------------------------------------------------------------------------------------------------------


def test_a_followed_task_survives_sigkill_of_the_daemon_without_loss_or_double(tmp_path: Path) -> None:
    with demo_daemon_on(tmp_path / "data") as daemon:
        command = [sys.executable, "-m", "machine", "run", "--json", "demo:slow"]
        environ = {**daemon.environment, "MACHINE_DATA_DIR": str(daemon.data_dir)}
        with subprocess.Popen(
            command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert running.stdout is not None
            lines = [running.stdout.readline()]
            while '"kind":"text"' not in lines[-1]:
                lines.append(running.stdout.readline())
                assert lines[-1], "the command ended early"
            daemon.kill9()
            daemon.launch()
            rest, errors = running.communicate(timeout=120)
        printed = [json.loads(line) for line in [*lines, *rest.splitlines()]]
        assert running.returncode == 0, errors
        assert "connection lost" in errors
        assert "connected again" in errors
        assert [each["seq"] for each in printed] == list(range(1, len(printed) + 1))
        assert any(each["type"] == "task.started" and each["data"]["resumed"] for each in printed)
        shown = daemon.command("tasks", "events", printed[0]["task_id"])
        assert "resumed after a restart" in shown.stdout


# --- looking around -------------------------------------------------------------------------------------------------


def test_status_says_that_it_is_a_demo(demo_daemon: DaemonProcess) -> None:
    done = demo_daemon.command("status")
    assert done.returncode == 0, done.stderr
    assert "demo: no real model, no cost" in done.stdout


def test_agents_are_listed(demo_daemon: DaemonProcess) -> None:
    done = demo_daemon.command("agents", "list", "--json")
    assert done.returncode == 0, done.stderr
    assert {"planning", "brain"} <= {each["name"] for each in json.loads(done.stdout)["items"]}


def test_webhooks_are_listed_shown_and_switched(demo_daemon: DaemonProcess) -> None:
    token = demo_daemon.command("token", "create", "--name", "webhooks").stdout.strip()
    webhook = {"name": "orders", "provider": "generic", "secret": "a-long-enough-secret"}
    trigger = {"events": ["order.placed"], "agent": "planning"}
    demo_daemon.post("/api/webhooks", {**webhook, "triggers": [trigger]}, token=token)
    assert "/webhooks/orders" in demo_daemon.command("webhooks").stdout
    shown = demo_daemon.command("webhooks", "show", "orders")
    assert "X-Signature" in shown.stdout
    assert "order.placed" in shown.stdout
    assert "a-long-enough-secret" not in shown.stdout
    assert demo_daemon.command("webhooks", "disable", "orders").stdout == "orders is disabled\n"
    assert json.loads(demo_daemon.command("webhooks", "--json").stdout)["items"][0]["enabled"] is False
    assert demo_daemon.command("webhooks", "enable", "orders").stdout == "orders is enabled\n"
    assert demo_daemon.command("webhooks", "resume", "orders").stdout == "0 triggers of orders resumed\n"
    assert demo_daemon.command("webhooks", "show", "nobody").returncode != 0


def test_tasks_are_listed_shown_and_tried_again(demo_daemon: DaemonProcess) -> None:
    demo_daemon.command("run", "hello once")
    (task,) = json.loads(demo_daemon.command("tasks", "list", "--limit", "1", "--json").stdout)["items"]
    assert task["task_id"] in demo_daemon.command("tasks").stdout
    shown = demo_daemon.command("tasks", "show", task["task_id"])
    assert "hello once" in shown.stdout
    assert "demo money" in shown.stdout
    again = demo_daemon.command("tasks", "retry", task["task_id"], "--json")
    assert json.loads(again.stdout)["task_id"] != task["task_id"]


def test_a_task_that_does_not_exist_is_said_so(demo_daemon: DaemonProcess) -> None:
    for command in ("show", "follow", "stop", "events"):
        done = demo_daemon.command("tasks", command, "task_nothing")
        assert done.returncode == 2, (command, done.stderr)
        assert "task_nothing" in done.stderr
        assert "Traceback" not in done.stderr


# --- links and tokens -----------------------------------------------------------------------------------------------


def test_a_token_stands_alone_on_stdout_works_and_ends_when_revoked(demo_daemon: DaemonProcess) -> None:
    made = demo_daemon.command("token", "create", "--name", "pipeline", "--expires-days", "2")
    secret = made.stdout.removesuffix("\n")
    assert re.fullmatch(r"\S{20,}", secret)
    environ = {"MACHINE_URL": demo_daemon.url, "MACHINE_TOKEN": secret}
    assert demo_daemon.command("status", env=environ).returncode == 0
    items = json.loads(demo_daemon.command("token", "list", "--json").stdout)["items"]
    (listed,) = [each for each in items if each["name"] == "pipeline"]
    assert secret not in json.dumps(items)
    assert demo_daemon.command("token", "revoke", listed["token_id"]).returncode == 0
    refused = demo_daemon.command("status", env=environ)
    assert refused.returncode == 1
    assert "token" in refused.stderr
    assert secret not in refused.stderr


def test_every_login_link_is_another_one(demo_daemon: DaemonProcess) -> None:
    links = {demo_daemon.command("login-link").stdout.strip() for _ in range(2)}
    assert len(links) == 2
    assert all(link.startswith(f"{demo_daemon.url}/login#") for link in links)


def test_the_token_of_the_command_line_is_the_owners_alone(demo_daemon: DaemonProcess) -> None:
    run = demo_daemon.data_dir / "run"
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    assert {stat.S_IMODE((run / name).stat().st_mode) for name in ("cli-token", "daemon.json")} == {0o600}


# --- serve and doctor -----------------------------------------------------------------------------------------------


def test_wrong_settings_stop_the_start_with_one_sentence_each(tmp_path: Path) -> None:
    daemon = DaemonProcess(tmp_path / "data")
    done = daemon.command("serve", env={"PORT": "many", "MAX_CONCURRENT_TASKS": "0"})
    assert done.returncode == 2
    assert "PORT is 'many'" in done.stderr
    assert "MAX_CONCURRENT_TASKS is '0'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_doctor_finds_a_healthy_daemon_healthy(demo_daemon: DaemonProcess) -> None:
    done = demo_daemon.command("doctor", "--json")
    report = json.loads(done.stdout)
    by_check = {each["check"]: each for each in report["checks"]}
    assert done.returncode == 0, report
    assert {by_check[name]["level"] for name in ("daemon", "database", "claude", "data folder")} == {"ok"}


def test_doctor_names_what_is_broken_and_how_to_mend_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o777)
    done = DaemonProcess(folder).command("doctor", env={"PORT": "0"})
    assert done.returncode == 1
    assert f"chmod 700 {folder}" in done.stdout


def test_variables_are_set_imported_listed_and_deleted_and_never_printed(
    demo_daemon: DaemonProcess, tmp_path: Path
) -> None:
    hidden = "correct-horse-battery-staple"
    file = tmp_path / ".env"
    file.write_text(f"FROM_FILE={hidden}\nPATH={hidden}\n")
    ran = [
        demo_daemon.command("env", "set", "TYPED", input=f"{hidden}\n"),
        demo_daemon.command("env", "import", str(file), "--preview"),
        demo_daemon.command("env", "import", str(file)),
        demo_daemon.command("env", "--json"),
        demo_daemon.command("env"),
        demo_daemon.command("env", "delete", "TYPED"),
    ]
    assert [done.returncode for done in ran] == [0] * 6, [done.stderr for done in ran]
    assert "FROM_FILE: would be set" in ran[1].stdout
    assert "line 2: PATH not taken" in ran[2].stdout
    assert {"FROM_FILE", "TYPED"} <= {one["name"] for one in json.loads(ran[3].stdout)["items"]}
    assert "FROM_FILE" in ran[4].stdout
    refused = demo_daemon.command("env", "set", "PATH", input=hidden)
    assert refused.returncode == 2
    assert "choose another one" in refused.stderr
    said = [done.stdout + done.stderr for done in (*ran, refused)]
    assert hidden not in "".join(said) + demo_daemon.log_text()


def test_people_are_invited_disabled_and_given_roles_on_the_data_folder(demo_daemon: DaemonProcess) -> None:
    link = demo_daemon.command("user", "invite", "--role", "viewer", "--name", "Ada").stdout.strip()
    base, _, secret = link.partition("#")
    assert base == f"{demo_daemon.url}/invite"
    body = {"secret": secret, "password": "correct horse battery"}
    demo_daemon.post("/api/auth/invite", body)
    assert "Ada is member" in demo_daemon.command("user", "role", "Ada", "member").stdout
    assert "Ada is disabled" in demo_daemon.command("user", "disable", "ada").stdout
    assert "disabled" in demo_daemon.command("user", "list").stdout
    assert "Ada is member" in demo_daemon.command("user", "enable", "Ada").stdout
    last = demo_daemon.command("user", "disable", "administrator", check=False)
    assert last.returncode != 0
    assert "last administrator" in last.stderr
    token = demo_daemon.command("token", "create", "--name", "r", "--scope", "read", "--expires-in-days", "1")
    listed = json.loads(demo_daemon.command("token", "list", "--json").stdout)["items"]
    assert next(one for one in listed if one["name"] == "r")["scopes"] == ["read"]
    assert token.stdout.startswith("mct_")
