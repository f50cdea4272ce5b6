"""The adapter against the real CLI and a scripted model, and against small programs that behave badly."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest
from pydantic import SecretStr
from tests.support.model import ScriptedModel

from machine.claude.cli import ClaudeCli
from machine.claude.installation import Installation, bundled_cli
from machine.claude.session import CliSession
from machine.claude.wardens import Wardens
from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply, Text, Thinking, ToolUse
from machine.domain.agent import PermissionMode, SubAgent
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.approval import Answer, Decision
from machine.domain.errors import CliCrashed, CliGone, CliMissing
from machine.domain.messages import (
    CliMessage,
    ConversationBegan,
    Note,
    StateChanged,
    TextBlock,
    TextDelta,
    ToolResult,
    TurnEnded,
    UsageSeen,
)
from machine.domain.messages import ToolUse as ToolUseSeen
from machine.ports import Ask, Claude, ClaudeLogin, ClaudeSession, LaunchSpec, ToolRequest
from machine.settings import read_settings

M = TypeVar("M")
ALLOW = Answer(decision=Decision.ALLOW)
WAIT_SECONDS = 30.0


async def nobody(request: ToolRequest) -> Answer:
    """Nobody is expected to be asked."""
    raise AssertionError(f"asked about {request}")


def always(answer: Answer, asked: list[ToolRequest]) -> Ask:
    """Answer every request so, and remember it."""

    async def ask(request: ToolRequest) -> Answer:
        asked.append(request)
        return answer

    return ask


async def until(true: Callable[[], object]) -> None:
    """Look at the process table again and again until something is true, for 10 s at most."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.05)


def words_of(process: psutil.Process) -> list[str]:
    """Its command line; nothing of a process that has gone meanwhile."""
    with contextlib.suppress(psutil.Error):
        return list(process.cmdline())
    return []


class Run:
    """A session, and everything it has said so far."""

    def __init__(self, session: CliSession) -> None:
        self.session = session
        self.said: list[CliMessage] = []
        self.failure: Exception | None = None
        self._news = asyncio.Event()
        self.ended = asyncio.Event()
        self.reader = spawn(self._read(), name="test: reader")

    async def _read(self) -> None:
        try:
            async for message in self.session.messages():
                self.said.append(message)
                self._news.set()
        except CliCrashed as error:
            self.failure = error
        self.ended.set()
        self._news.set()

    def all(self, kind: type[M]) -> list[M]:
        return [message for message in self.said if isinstance(message, kind)]

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.all(TextBlock) if not block.thinking)

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            while not true():
                assert not self.ended.is_set(), f"ended after {self.said}"
                self._news.clear()
                await self._news.wait()

    async def say(self, text: str, *, verbatim: bool = False) -> str:
        input_id = str(uuid.uuid4())
        await self.session.send(text, input_id=input_id, verbatim=verbatim)
        return input_id

    async def turn(self, text: str, *, verbatim: bool = False) -> TurnEnded:
        """Say something and wait for the end of the turn."""
        turns = len(self.all(TurnEnded))
        await self.say(text, verbatim=verbatim)
        await self.until(lambda: len(self.all(TurnEnded)) > turns)
        return self.all(TurnEnded)[-1]


class Place:
    """A data folder with one workspace, and an adapter for it."""

    def __init__(self, data: Path, wardens: Wardens, base_url: str, cli_path: Path | None = None) -> None:
        self.data, self.workspace = data, data / "workspaces" / "task_1"
        self.workspace.mkdir(parents=True, exist_ok=True)
        (data / "db").mkdir(exist_ok=True)
        (data / "db" / "machine.db").write_text("the secret of the database")
        self.instance = f"test-{uuid.uuid4().hex}"
        self.installation = Installation(
            cli_path=cli_path,
            config_dir=data / "credentials" / "claude",
            homes=data / "homes",
            scratch=data / "scratch",
            run_dir=data / "run",
            instance=self.instance,
            variables={"ANTHROPIC_API_KEY": SecretStr("dummy")},
            extra={"ANTHROPIC_BASE_URL": base_url},
            passed_on={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            closed_folders=(data / "db", data / "workspaces", data / "run"),
        )
        self.claude = ClaudeCli(self.installation, wardens)
        self.session_id = str(uuid.uuid4())

    def spec(self, *, mode: PermissionMode = "default", resume: bool = False, **more: Any) -> LaunchSpec:
        agent = SubAgent(
            name="tester", description="", instructions="", model="demo-model", profile="trusted", permission_mode=mode
        )
        return LaunchSpec(
            task_id="task_1",
            run_id=uuid.uuid4().hex,
            cwd=self.workspace,
            agent=agent,
            claude_session_id=self.session_id,
            resume=resume,
            **more,
        )

    @contextlib.asynccontextmanager
    async def run(self, ask: Ask = nobody, *, spec: LaunchSpec | None = None) -> AsyncIterator[Run]:
        session = await self.claude.open(spec or self.spec(), ask=ask, on_stderr=print)
        run = Run(session)
        try:
            yield run
        finally:
            await session.close(patience_seconds=0)
            await cancel_and_wait(run.reader)
            assert self.processes() == []

    def processes(self) -> list[psutil.Process]:
        """Everything that runs for this place, by its environment."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("MACHINE_INSTANCE") == self.instance:
                    found.append(process)
        return found


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
async def wardens(tmp_path: Path) -> AsyncIterator[Wardens]:
    async with Wardens(tmp_path / "wardens.sock") as open_wardens:
        yield open_wardens


@pytest.fixture
async def place(tmp_path: Path, wardens: Wardens, model: ScriptedModel) -> AsyncIterator[Place]:
    async with model.serve() as base_url:
        yield Place(tmp_path / "data", wardens, base_url)


Fake = Callable[[str], Place]


@pytest.fixture
def fake(tmp_path: Path, wardens: Wardens) -> Fake:
    """Make a place whose CLI is a small program: `text`, after what answers the SDK's handshake."""

    def make(text: str) -> Place:
        path = tmp_path / "fake-cli"
        path.write_text(f"#!{sys.executable} -I\n{HANDSHAKE}\n{textwrap.dedent(text)}")
        path.chmod(0o700)
        return Place(tmp_path / "data", wardens, "http://127.0.0.1:9", cli_path=path)

    return make


HANDSHAKE = """
import json, os, signal, sys, time
def say(**frame):
    print(json.dumps(frame), flush=True)
def greet():
    request = json.loads(sys.stdin.readline())
    answer = {"subtype": "success", "request_id": request["request_id"],
              "response": {"hook_on_failure_supported": True}}
    say(type="control_response", response=answer)
"""


def shell_call(command: str) -> Reply:
    return Reply.tool("Bash", {"command": command, "description": "a test"})


# --- what the CLI says ----------------------------------------------------------------------------------------------


def test_the_adapter_is_what_the_engine_asks_for(tmp_path: Path) -> None:
    place = Place(tmp_path, Wardens(tmp_path / "s"), "http://127.0.0.1:9")
    claude: Claude = place.claude
    login: ClaudeLogin = place.claude
    session: type[ClaudeSession] = CliSession
    assert {id(claude), id(login)} == {id(place.claude)}
    assert session is CliSession


def test_the_sdk_is_not_imported_before_the_first_start() -> None:
    code = "import sys, machine.claude.cli; sys.exit('claude_agent_sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_text_streams_and_is_reported_again_as_a_block_of_the_same_item(
    place: Place, model: ScriptedModel
) -> None:
    model.on("hello", Reply((Thinking("hm"), Text("one two three"))))
    async with place.run() as run:
        ended = await run.turn("hello")
        await run.until(lambda: StateChanged(state="idle") in run.said)
    thought, said = run.all(TextBlock)
    assert (thought.text, thought.thinking, said.text) == ("hm", True, "one two three")
    assert [d.text for d in run.all(TextDelta) if d.item == said.item] == ["one ", "two ", "three"]
    assert [d.text for d in run.all(TextDelta) if d.item == thought.item] == ["hm"]
    assert run.all(ConversationBegan)[0].claude_session_id == place.session_id
    assert (ended.subtype, ended.is_error, ended.result) == ("success", False, "one two three")
    assert ended.total_cost_usd
    seen = run.all(UsageSeen)[-1].usage
    assert (ended.usage.input_tokens, ended.usage.output_tokens) == (seen.input_tokens, seen.output_tokens)
    assert ended.turn_cost_known
    assert ended.usage.cost_usd == pytest.approx(ended.total_cost_usd)
    assert ended.usage.cost_usd == pytest.approx(seen.cost_usd)
    assert run.session.pid


async def test_the_turn_names_the_input_it_answered_and_the_transcript_holds_it(place: Place) -> None:
    async with place.run() as run:
        input_id = await run.say("hello")
        await run.until(lambda: run.all(TurnEnded))
        exit_ = await run.session.close()
    assert run.all(TurnEnded)[0].answered_inputs == (input_id,)
    assert exit_.code == 0
    assert await place.claude.inputs_taken(place.session_id) == {input_id}
    assert await place.claude.knows(place.session_id)
    written = [message async for message in place.claude.transcript(place.session_id, since_input=input_id)]
    assert [m for m in written if isinstance(m, TextBlock)] == run.all(TextBlock)


async def test_an_input_given_while_a_tool_runs_is_found_in_the_transcript(place: Place, model: ScriptedModel) -> None:
    model.on("first", shell_call("sleep 1"), "Done.")
    async with place.run(spec=place.spec(allowed_tools=("Bash",))) as run:
        first = await run.say("first")
        await run.until(lambda: run.all(ToolUseSeen))
        second = await run.say("second")
        await run.until(lambda: StateChanged(state="idle") in run.said)
    assert await place.claude.inputs_taken(place.session_id) == {first, second}
    assert {i for ended in run.all(TurnEnded) for i in ended.answered_inputs} == {first, second}


# --- what needs a person's word -------------------------------------------------------------------------------------


async def test_an_allowed_tool_runs(place: Place, model: ScriptedModel) -> None:
    model.on("go", shell_call("touch made-it"), "Done.")
    asked: list[ToolRequest] = []
    async with place.run(always(ALLOW, asked)) as run:
        await run.turn("go")
    assert (place.workspace / "made-it").exists()
    [request], [use] = asked, run.all(ToolUseSeen)
    assert (request.tool_name, request.input["command"], request.tool_use_id) == (
        "Bash",
        "touch made-it",
        use.tool_use_id,
    )
    assert request.title
    assert any(suggestion["type"] == "addRules" for suggestion in request.suggestions)


async def test_a_refused_tool_does_not_run_and_the_agent_hears_why(place: Place, model: ScriptedModel) -> None:
    model.on("go", shell_call("touch made-it"), "Pity.")
    answer = Answer(decision=Decision.DENY, reason="not on a Sunday")
    async with place.run(always(answer, [])) as run:
        ended = await run.turn("go")
    assert not (place.workspace / "made-it").exists()
    [result] = run.all(ToolResult)
    assert result.is_error
    assert "not on a Sunday" in result.text
    assert ended.result == "Pity."


async def test_a_changed_input_is_what_runs(place: Place, model: ScriptedModel) -> None:
    model.on("go", shell_call("touch theirs"), "Done.")
    answer = Answer(decision=Decision.ALLOW, input={"command": "touch mine", "description": "x"})
    async with place.run(always(answer, [])) as run:
        await run.turn("go")
    assert sorted(path.name for path in place.workspace.iterdir()) == ["mine"]


async def test_a_remembered_permission_is_not_asked_for_again_and_leaves_no_file(
    place: Place, model: ScriptedModel
) -> None:
    model.on("go", shell_call("git init a"), shell_call("git init b"), "Done.")
    asked: list[ToolRequest] = []
    async with place.run(always(Answer(decision=Decision.ALLOW, remember=True), asked)) as run:
        await run.turn("go")
    assert len(asked) == 1
    assert sorted(path.name for path in place.workspace.iterdir()) == ["a", "b"]


async def test_a_question_gets_the_persons_answers(place: Place, model: ScriptedModel) -> None:
    options = [{"label": label, "description": label} for label in ("Red", "Blue")]
    questions = [
        {"question": "Which colour?", "header": "Colour", "options": options, "multiSelect": False},
        {"question": "Which two?", "header": "Two", "options": options, "multiSelect": True},
    ]
    model.on("ask me", Reply.tool("AskUserQuestion", {"questions": questions}), "Thanks.")
    answers: dict[str, str | list[str]] = {"Which colour?": "a sort of mauve", "Which two?": ["Red", "Blue"]}
    asked: list[ToolRequest] = []
    async with place.run(always(Answer(decision=Decision.ALLOW, answers=answers), asked)) as run:
        await run.turn("ask me")
    assert [request.input["questions"][0]["question"] for request in asked] == ["Which colour?"]
    [result] = run.all(ToolResult)
    assert "a sort of mauve" in result.text
    assert "Red" in result.text
    assert "Blue" in result.text


async def test_an_interrupt_while_a_person_is_asked_ends_the_asking(place: Place, model: ScriptedModel) -> None:
    model.on("go", shell_call("touch made-it"), "Done.").on("again", "Still here.")
    waiting, cancelled = asyncio.Event(), asyncio.Event()

    async def ask(_request: ToolRequest) -> Answer:
        waiting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return ALLOW

    async with place.run(ask) as run:
        await run.say("go")
        await asyncio.wait_for(waiting.wait(), WAIT_SECONDS)
        await run.session.interrupt()
        await asyncio.wait_for(cancelled.wait(), 5)
        await run.until(lambda: run.all(TurnEnded))
        assert (await run.turn("again")).result == "Still here."


async def test_after_an_interrupt_the_same_process_takes_the_next_message(place: Place, model: ScriptedModel) -> None:
    model.on("slow", Reply((Text("never ending story", hold=asyncio.Event()),))).on("next", "Here I am.")
    async with place.run() as run:
        await run.say("slow")
        await run.until(lambda: run.all(TextDelta))
        await run.session.interrupt()
        await run.until(lambda: run.all(TurnEnded))
        assert run.all(TurnEnded)[0].subtype == "error_during_execution"
        assert "abort" in (run.all(TurnEnded)[0].terminal_reason or "")
        assert (await run.turn("next")).result == "Here I am."
    assert "slow" in " ".join(model.requests[-1].user_texts)


# --- what goes in ---------------------------------------------------------------------------------------------------


async def test_verbatim_text_is_not_expanded_and_other_text_is(place: Place, model: ScriptedModel) -> None:
    (place.workspace / "note.txt").write_text("the content of the note")
    text = "/clear\n@note.txt and @/etc/hostname, please"
    async with place.run() as run:
        await run.turn(text, verbatim=True)
        assert text in model.requests[-1].user_texts
        assert "the content of the note" not in json.dumps(model.requests[-1].raw)
        await run.turn("see @note.txt")
        assert "the content of the note" in json.dumps(model.requests[-1].raw)


async def test_the_environment_holds_nothing_but_what_was_allowed(
    place: Place, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MACHINE_SECRET_KEY", "the daemon's own")
    model.on("go", shell_call("env; cat /proc/$PPID/environ | tr '\\0' '\\n'"), "Done.")
    async with place.run(spec=place.spec(allowed_tools=("Bash",))) as run:
        environ = psutil.Process(run.session.pid).environ()
        await run.turn("go")
    [result] = run.all(ToolResult)
    assert "MACHINE_TASK_ID=task_1" in result.text
    assert "the daemon's own" not in result.text
    assert "MACHINE_WARDEN" not in result.text
    by_sdk = {"CLAUDE_CODE_ENTRYPOINT", "CLAUDE_AGENT_SDK_VERSION", "CLAUDE_CODE_SDK_READS_SESSION_STATE", "PWD"}
    assert set(environ) == by_sdk | set(place.installation.environment("task_1"))
    assert environ["HOME"] == str(place.data / "homes" / place.workspace.name)


# --- what the file tools may not touch ------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["acceptEdits", "bypassPermissions"])
async def test_the_guard_stands_in_every_mode(place: Place, model: ScriptedModel, mode: PermissionMode) -> None:
    if mode == "bypassPermissions":
        place.claude._installation = place.installation.model_copy(
            update={"extra": {**place.installation.extra, "IS_SANDBOX": "1"}}  # or the CLI refuses this mode to root
        )
    sibling = place.data / "workspaces" / "task_2"
    sibling.mkdir()
    (sibling / "notes").write_text("the secret of the sibling")
    (place.workspace / "link").symlink_to(sibling)
    by_name = [
        ToolUse("Write", {"file_path": str(place.workspace / ".claude" / "settings.json"), "content": "{}"}),
        ToolUse("Read", {"file_path": str(place.data / "db" / "machine.db")}),
    ]
    by_hook = [
        ToolUse("Read", {"file_path": str(sibling / "notes")}),
        ToolUse("Read", {"file_path": str(place.workspace / "link" / "notes")}),
        ToolUse("Write", {"file_path": str(sibling / "new"), "content": "x"}),
    ]
    fine = ToolUse("Write", {"file_path": str(place.workspace / "fine.txt"), "content": "fine"})
    model.on("go", *(Reply((call,)) for call in (*by_name, *by_hook, fine)), "Done.")
    async with place.run(always(ALLOW, []), spec=place.spec(mode=mode)) as run:
        await run.turn("go")
    results = run.all(ToolResult)
    assert [result.is_error for result in results] == [True] * 5 + [False], results
    assert all("closed to this task" in result.text for result in results[2:5]), results
    assert "the secret of" not in json.dumps([request.raw for request in model.requests])
    assert not (place.workspace / ".claude").exists()
    assert not (sibling / "new").exists()


async def test_a_plan_can_be_written_and_is_put_before_a_person(place: Place, model: ScriptedModel) -> None:
    def plan_file(request: ModelRequest) -> Reply:
        [path] = set(re.findall(r"/[^\s`'\"]*/plans/[\w-]+\.md", json.dumps(request.raw)))
        return Reply.tool("Write", {"file_path": path, "content": "First this, then that."})

    model.on("plan", plan_file, Reply.tool("ExitPlanMode", {"plan": "x"}), "Done.")
    asked: list[ToolRequest] = []
    async with place.run(always(ALLOW, asked), spec=place.spec(mode="plan")) as run:
        await run.turn("plan")
    assert [result.is_error for result in run.all(ToolResult)] == [False, False], run.all(ToolResult)
    assert asked[-1].tool_name == "ExitPlanMode"


# --- how it ends ----------------------------------------------------------------------------------------------------


async def test_a_conversation_is_resumed_after_a_sigkill(place: Place, model: ScriptedModel) -> None:
    model.on("remember 42", "I will.").on("slow", Reply((Text("never ending story", hold=asyncio.Event()),)))
    async with place.run() as run:
        await run.turn("remember 42")
        await run.say("slow")
        await run.until(lambda: run.all(TextDelta)[-1:] and run.all(TextDelta)[-1].text.startswith("never"))
        os.kill(run.session.pid, signal.SIGKILL)
        await asyncio.wait_for(run.ended.wait(), 10)
        assert (await run.session.close()).code == 137
    async with place.run(spec=place.spec(resume=True)) as run:
        await run.turn("and now")
    assert "remember 42" in " ".join(model.requests[-1].user_texts)
    assert run.all(ConversationBegan)[0].claude_session_id == place.session_id


async def test_nothing_of_the_tree_is_left_after_a_close(place: Place, model: ScriptedModel) -> None:
    escape = "env -i setsid sleep 601 >/dev/null 2>&1 & sleep 600 & (setsid sleep 602 >/dev/null 2>&1 &) ; echo started"
    model.on("go", shell_call(escape), Reply((Text("going on", hold=asyncio.Event()),)))
    async with place.run(always(ALLOW, [])) as run:
        await run.say("go")
        await run.until(lambda: run.all(TextDelta))
        below: list[psutil.Process] = []
        async with asyncio.timeout(10):  # what was forked may not be `sleep` yet
            while sum("sleep" in words_of(process) for process in below) < 2:
                await asyncio.sleep(0.05)
                below = psutil.Process(run.session.pid).parent().children(recursive=True)  # type: ignore[union-attr]  # the warden
        await run.session.close(patience_seconds=0)
        assert [process for process in below if process.is_running()] == []
        assert run.ended.is_set() or await asyncio.wait_for(run.ended.wait(), 5)


async def test_the_tree_of_a_warden_that_was_killed_is_swept(place: Place, model: ScriptedModel) -> None:
    model.on("go", shell_call("tail -f /dev/null"), "Done.")
    async with place.run(spec=place.spec(allowed_tools=("Bash",))) as run:
        await run.say("go")
        await until(lambda: any("tail" in words_of(process) for process in place.processes()))
        warden = psutil.Process(run.session.pid).parent()
        assert warden is not None
        warden.kill()
        exit_ = await run.session.close()
        assert exit_.code == 137
        assert place.processes() == []


async def test_a_program_that_ignores_sigterm_is_killed(fake: Fake) -> None:
    place = fake("""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        greet()
        while True:
            time.sleep(1)
    """)
    async with place.run() as run:
        began = asyncio.get_running_loop().time()
        exit_ = await run.session.close(patience_seconds=1)
        assert asyncio.get_running_loop().time() - began < 5
    assert exit_.code == 137


async def test_a_second_close_hastens_the_first(fake: Fake) -> None:
    place = fake("""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        greet()
        time.sleep(600)
    """)
    async with place.run() as run:
        patient = spawn(run.session.close(patience_seconds=60), name="test: patient close")
        await asyncio.sleep(0.2)
        assert (await asyncio.wait_for(run.session.close(patience_seconds=0), 5)).code == 137
        assert (await patient).code == 137


async def test_a_close_that_is_cancelled_still_reaches_its_end(fake: Fake) -> None:
    place = fake("greet()\ntime.sleep(600)")
    async with place.run() as run:
        closing = spawn(run.session.close(patience_seconds=0), name="test: cancelled close")
        await asyncio.sleep(0)
        await cancel_and_wait(closing)
        await until(lambda: not place.processes())


async def test_a_start_that_is_cancelled_leaves_nothing(fake: Fake) -> None:
    place = fake("time.sleep(600)")
    await place.claude.warm_up()
    opening = spawn(place.claude.open(place.spec(), ask=nobody, on_stderr=print), name="test: cancelled open")
    await until(lambda: any("fake-cli" in " ".join(words_of(process)) for process in place.processes()))
    await cancel_and_wait(opening)
    assert place.processes() == []


# --- programs that behave badly -------------------------------------------------------------------------------------


async def test_a_program_that_ends_before_its_first_word_is_a_crash_with_its_last_words(fake: Fake) -> None:
    place = fake("sys.stderr.write('x' * 20000 + ' no such flag'); sys.exit(3)")
    with pytest.raises(CliCrashed, match="no such flag") as caught:
        await place.claude.open(place.spec(), ask=nobody, on_stderr=lambda _line: None)
    assert caught.value.exit_code == 3
    assert len(caught.value.message) < 9000


async def test_a_cli_that_is_not_there_is_missing(tmp_path: Path, wardens: Wardens) -> None:
    place = Place(tmp_path / "data", wardens, "http://127.0.0.1:9", cli_path=tmp_path / "nothing-here")
    with pytest.raises(CliMissing, match="nothing-here"):
        await place.claude.open(place.spec(), ask=nobody, on_stderr=print)
    assert "nothing-here" in (await place.claude.check()).message


async def test_a_file_that_is_no_program_is_missing(tmp_path: Path, wardens: Wardens) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"\x00\x01")
    path.chmod(0o700)
    place = Place(tmp_path / "data", wardens, "http://127.0.0.1:9", cli_path=path)
    with pytest.raises(CliMissing, match="could not be started"):
        await place.claude.open(place.spec(), ask=nobody, on_stderr=print)


async def test_unknown_kinds_are_shown_and_other_lines_passed_over(fake: Fake) -> None:
    place = fake("""
        greet()
        print("[debug] no JSON at all", flush=True)
        say(type="hologram", uuid="u", n=1)
        say(type="assistant", message={"id": "m", "content": [{"type": "smell"}, {"type": "text", "text": "hi"}]})
        say(type="result")
    """)
    async with place.run() as run:
        await asyncio.wait_for(run.ended.wait(), 10)
    assert [note.subtype for note in run.all(Note)] == ["hologram", "block:smell"]
    assert run.text == "hi"
    assert run.all(TurnEnded)[0].subtype == "unknown"
    assert run.failure is None


async def test_a_line_of_16_mib_passes(fake: Fake) -> None:
    place = fake("""
        greet()
        say(type="result", subtype="success", result="x" * (16 * 1024 * 1024))
    """)
    async with place.run() as run:
        await asyncio.wait_for(run.ended.wait(), 30)
    assert len(run.all(TurnEnded)[0].result or "") == 16 * 1024 * 1024


async def test_broken_output_instead_of_a_handshake_is_a_crash_that_says_so(fake: Fake) -> None:
    place = fake("print('{broken', flush=True); time.sleep(600)")
    with pytest.raises(CliCrashed, match="could not be read"):
        await place.claude.open(place.spec(), ask=nobody, on_stderr=print)
    assert place.processes() == []


@pytest.mark.parametrize(
    "line",
    [
        '"x" * (18 * 1024 * 1024)',
        '\'{"type": "result", "broken\'',
        "'{\"a\": ' + '[' * 100000",
        "b'{\"type\": \"\\xff\"}'.decode('latin-1')",
    ],
    ids=["too long", "broken", "bottomless", "strange letters"],
)
async def test_a_line_that_cannot_be_read_ends_the_run_with_a_clear_error(fake: Fake, line: str) -> None:
    place = fake(f"""
        greet()
        say(type="hologram")
        time.sleep(0.5)
        sys.stdout.buffer.write(({line}).encode("latin-1") + b"\\n")
        sys.stdout.flush()
        time.sleep(600)
    """)
    async with place.run() as run:
        await asyncio.wait_for(run.ended.wait(), 30)
        assert isinstance(run.failure, CliCrashed)
        assert "could not be read" in run.failure.message
        assert run.all(Note)
        with pytest.raises(CliGone):
            await run.say("hello?")


async def test_a_reader_that_is_slow_slows_the_cli_down_and_a_close_does_not_wait_for_it(fake: Fake) -> None:
    place = fake("""
        greet()
        for n in range(100000):
            say(type="hologram", n=n, filling="x" * 1000)
            sys.stderr.write(f"{n}\\n")
    """)
    written: list[str] = []
    session = await place.claude.open(place.spec(), ask=nobody, on_stderr=written.append)
    await asyncio.sleep(1.5)
    before = len(written)
    await asyncio.sleep(0.5)
    assert len(written) == before < 5000
    async with asyncio.timeout(10):
        await session.close(patience_seconds=0)
    assert place.processes() == []


async def test_a_polite_close_lets_a_cli_finish_that_nobody_reads_any_more(fake: Fake) -> None:
    place = fake("""
        greet()
        for n in range(3000):
            say(type="hologram", n=n, filling="x" * 1000)
    """)
    session = await place.claude.open(place.spec(), ask=nobody, on_stderr=print)
    await asyncio.sleep(0.5)
    assert (await asyncio.wait_for(session.close(), 4)).code == 0
    assert place.processes() == []


async def test_a_message_for_a_cli_that_has_ended_is_refused(fake: Fake) -> None:
    place = fake("greet()")
    async with place.run() as run:
        await asyncio.wait_for(run.ended.wait(), 10)
        with pytest.raises(CliGone):
            await run.say("anybody there?")
        with pytest.raises(CliGone):
            await run.session.interrupt()


async def test_an_interrupt_that_is_not_confirmed_is_given_up_after_5_seconds(fake: Fake) -> None:
    place = fake("greet()\ntime.sleep(600)")
    async with place.run() as run:
        async with asyncio.timeout(8):
            with pytest.raises(CliGone, match="did not confirm"):
                await run.session.interrupt()


# --- login and settings ---------------------------------------------------------------------------------------------


async def test_the_login_is_asked_of_the_cli(place: Place) -> None:
    without_key = place.installation.model_copy(update={"variables": {}})
    claude = ClaudeCli(without_key, Wardens(place.data / "s"))
    state, evidence = await claude.check(), await claude.evidence()
    assert (state.state, state.method) == ("needs_login", "none")
    (place.installation.config_dir / ".credentials.json").write_text("{}")
    assert await claude.evidence() != evidence
    state = await place.claude.check()
    assert (state.state, state.method) == ("ready", "api_key")


def test_the_demo_gets_nobodys_key_and_a_login_folder_of_its_own(tmp_path: Path) -> None:
    environ = {"MACHINE_DATA_DIR": str(tmp_path), "ANTHROPIC_API_KEY": "real", "PATH": "/bin", "SECRET": "x"}
    demo = Installation.from_settings(
        read_settings(environ, data_dir=tmp_path, demo=True), environ, instance="i", extra={"ANTHROPIC_API_KEY": "demo"}
    )
    assert demo.environment()["ANTHROPIC_API_KEY"] == "demo"
    assert demo.config_dir != read_settings(environ, data_dir=tmp_path).cli_config_dir
    real = Installation.from_settings(read_settings(environ, data_dir=tmp_path), environ, instance="i")
    assert real.environment()["ANTHROPIC_API_KEY"] == "real"
    assert "SECRET" not in real.environment()


def test_the_bundled_cli_is_found() -> None:
    path = bundled_cli()
    assert path is not None
    assert os.access(path, os.X_OK)
