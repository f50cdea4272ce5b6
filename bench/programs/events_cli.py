"""In place of the CLI: answers with calls of a tool and their results, `RATE` events a second for `SECONDS`."""

import json
import sys
import time

RATE, SECONDS = 50, 10


def say(**message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def answer(given: str) -> None:
    say(type="command_lifecycle", command_uuid=given, state="started")
    say(type="system", subtype="init", session_id="s", model="m", uuid="u1")
    begun = time.monotonic()
    for number in range(RATE * SECONDS // 2):
        time.sleep(max(0.0, begun + number * 2 / RATE - time.monotonic()))
        tool = f"toolu_{number}"
        use = {"type": "tool_use", "id": tool, "name": "Bash", "input": {"command": f"make part-{number}"}}
        message = {"id": f"m{number}", "model": "m", "role": "assistant", "content": [use]}
        say(type="assistant", uuid=f"a{number}", session_id="s", parent_tool_use_id=None, message=message)
        time.sleep(max(0.0, begun + (number * 2 + 1) / RATE - time.monotonic()))
        result = {"type": "tool_result", "tool_use_id": tool, "content": f"part {number}\n" + "built\n" * 20}
        message = {"role": "user", "content": [result]}
        say(type="user", uuid=f"r{number}", session_id="s", parent_tool_use_id=None, message=message)
    outcome = {"subtype": "success", "is_error": False, "result": "done", "num_turns": 1, "total_cost_usd": 0}
    say(type="result", uuid="end", session_id="s", usage={}, **outcome)
    say(type="command_lifecycle", command_uuid=given, state="completed")
    say(type="system", subtype="session_state_changed", state="idle")


def main() -> None:
    for line in sys.stdin:
        said = json.loads(line)
        if said.get("type") == "control_request":
            response = {
                "subtype": "success",
                "request_id": said["request_id"],
                "response": {"hook_on_failure_supported": True},
            }
            say(type="control_response", response=response)
        elif said.get("type") == "user":
            answer(str(said.get("uuid", "")))


if __name__ == "__main__":
    main()
