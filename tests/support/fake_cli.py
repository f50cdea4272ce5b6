"""A small program that speaks as much of the CLI's stream-json as the SDK needs, and misbehaves when it is told to.

`install` writes it somewhere as a program for CLAUDE_CLI_PATH. What it does follows from the user's message:
    flood N         N lines of text, as fast as they go, each a message of its own
    stream N        N lines of text, as fast as they go, as pieces of one answer
    half            half a line, then it hangs
    deaf            ignores SIGTERM, SIGINT and the end of its input
    background      leaves two processes running, one of them with an emptied environment in a session of its own
    crash           last words on stderr, exit code 3 in the middle of the turn
    long N          one line that holds N bytes of text
    unknown         messages, blocks and subtypes of kinds that nobody knows, and a line that is no JSON
    nest            leaves a process running and then talks
    talk            says a word now and then, for ever
    pages N         N pages of 4 KiB, one every 5 ms
    chapters N MS   N messages, one every MS milliseconds
    anything else   is repeated
Installed under the name `exit-1` it says one sentence on stderr and exits 1 before its first line. Standard library
only: it runs without the environment of the tests.

Where a folder `ledger` lies beside it, it keeps a book there: a line at its start and one at its end, and a lock for as
long as it lives, so that a second one on the same conversation is seen for certain, and says so in the book.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

DIES_AT_ONCE = "exit-1"
LAST_WORDS = "fake cli: the flux capacitor is missing"
CUT_OFF = "You were cut off"
LEDGER = Path(sys.argv[0]).with_name("ledger")


def install(folder: Path, name: str = "fake-cli") -> Path:
    """Write this program to `folder`, run by this interpreter; returns its path."""
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable} -I\n{Path(__file__).read_text(encoding='utf-8')}", encoding="utf-8")
    path.chmod(0o755)
    return path


def say(**frame: Any) -> None:
    """One line on stdout."""
    sys.stdout.write(json.dumps(frame) + "\n")
    sys.stdout.flush()


def text(content: str) -> None:
    """A whole message of the assistant."""
    message = {"id": f"msg_{uuid.uuid4().hex}", "role": "assistant", "content": [{"type": "text", "text": content}]}
    say(type="assistant", uuid=str(uuid.uuid4()), message=message, parent_tool_use_id=None)


def delta(message_id: str, content: str) -> None:
    """A piece of an answer under way."""
    piece = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": content}}
    say(type="stream_event", api_message_id=message_id, event=piece, parent_tool_use_id=None)


def line(number: int) -> str:
    """The line with this number."""
    return f"line {number:06d}\n"


def flood(count: int) -> None:
    for number in range(1, count + 1):
        text(line(number))


def stream(count: int) -> None:
    message_id = f"msg_{uuid.uuid4().hex}"
    for number in range(1, count + 1):
        delta(message_id, line(number))
    message = {"id": message_id, "role": "assistant"}
    whole = "".join(line(number) for number in range(1, count + 1))
    say(
        type="assistant",
        uuid=str(uuid.uuid4()),
        message={**message, "content": [{"type": "text", "text": whole}]},
        parent_tool_use_id=None,
    )


def half() -> None:
    text("a whole line")
    sys.stdout.write('{"type":"assistant","message":{"id":"msg_x","content":[{"type":"text","te')
    sys.stdout.flush()
    time.sleep(600)


def deaf() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    text("I do not listen")
    while True:
        time.sleep(600)


def background() -> None:
    subprocess.Popen(["/bin/sleep", "600"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    subprocess.Popen(["/bin/sleep", "601"], env={}, start_new_session=True)  # holds our stdout and stderr, too
    text("two processes are running")


def crash() -> None:
    text("before the crash")
    sys.stderr.write(LAST_WORDS + "\n")
    sys.stderr.flush()
    os._exit(3)


def unknown() -> None:
    say(type="hologram", uuid=str(uuid.uuid4()), colour="green")
    say(type="system", subtype="telepathy", uuid=str(uuid.uuid4()), thought=["a", {"b": 1}])
    sys.stdout.write("this is no JSON at all\n")
    message = {"id": "msg_odd", "role": "assistant", "content": [{"type": "smell", "of": "coffee"}, 7, None, "words"]}
    say(type="assistant", uuid=str(uuid.uuid4()), message=message)
    say(type="assistant", message="not even an object")
    say(type=None)
    text("after the unknown")


def talk() -> None:
    message_id = f"msg_{uuid.uuid4().hex}"
    for number in range(100_000):
        delta(message_id, f"word-{number} ")
        time.sleep(0.05)


def nest() -> None:
    subprocess.Popen(["/bin/sleep", "602"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    talk()


def page(number: int) -> str:
    """The page with this number."""
    return f"page {number:06d} ".ljust(4095, ".") + "\n"


def pages(count: int) -> None:
    for number in range(1, count + 1):
        text(page(number))
        time.sleep(0.005)


def chapters(count: int, pause_ms: int) -> None:
    for number in range(1, count + 1):
        text(f"chapter {number} of {count}\n")
        time.sleep(pause_ms / 1000)


PARTS = {
    "half": half,
    "deaf": deaf,
    "background": background,
    "crash": crash,
    "unknown": unknown,
    "talk": talk,
    "nest": nest,
}
COUNTED: dict[str, Callable[[int], None]] = {
    "flood": flood,
    "stream": stream,
    "pages": pages,
    "long": lambda size: text("x" * size),
}


def turn(said: str) -> str:
    """Play the part that the message names; returns the result."""
    if said.startswith(CUT_OFF) and LEDGER.is_dir():
        said = "chapters 8 250"
    word, _, rest = said.partition(" ")
    if word in COUNTED:
        COUNTED[word](int(rest))
    elif word == "chapters":
        count, pause_ms, *_ = rest.split()
        chapters(int(count), int(pause_ms))
    elif word in PARTS:
        PARTS[word]()
    else:
        text(f"You said: {said}")
        return f"You said: {said}"
    return f"{word} is done"


def take(message: dict[str, Any]) -> None:
    """A message of the user: one turn."""
    input_id = message.get("uuid")
    content = message["message"]["content"]
    said = content if isinstance(content, str) else content[-1]["text"]
    say(type="system", subtype="session_state_changed", state="running")
    say(type="command_lifecycle", command_uuid=input_id, state="started")
    say(type="system", subtype="init", session_id="fake", model="fake", uuid=str(uuid.uuid4()))
    result = turn(said)
    say(type="command_lifecycle", command_uuid=input_id, state="completed")
    say(type="result", subtype="success", is_error=False, result=result, user_message_uuid=input_id, num_turns=1)
    say(type="system", subtype="session_state_changed", state="idle")


def obey(request: dict[str, Any]) -> None:
    """A request of the SDK: all of them are agreed to."""
    answer = {
        "subtype": "success",
        "request_id": request["request_id"],
        "response": {"hook_on_failure_supported": True},
    }
    say(type="control_response", response=answer)


@contextlib.contextmanager
def in_the_book() -> Iterator[None]:
    """Keep the book, where there is one."""
    if not LEDGER.is_dir():
        yield
        return
    conversation = next(word for word in sys.argv if word.startswith(("--session-id=", "--resume="))).partition("=")[2]
    book = os.open(LEDGER / "book", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(word: str) -> None:
        line = f"{time.monotonic_ns()} {word} {conversation} {os.environ['MACHINE_TASK_ID']} {os.getpid()}\n"
        os.write(book, line.encode())

    with (LEDGER / conversation).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system lets go of it when this process is dead
            note("start")
        except BlockingIOError:
            note("second")
        yield
        note("end")


def main() -> int:
    if Path(sys.argv[0]).name == DIES_AT_ONCE:
        sys.stderr.write(LAST_WORDS + "\n")
        return 1
    with in_the_book():
        serve()
    return 0


def serve() -> None:
    for given in sys.stdin:
        with contextlib.suppress(ValueError):
            message = json.loads(given)
            if message.get("type") == "control_request":
                obey(message)
            elif message.get("type") == "user":
                take(message)


if __name__ == "__main__":
    sys.exit(main())
