"""The same program as fake_cli.c, for machines without a C compiler; `support.programs` writes its constants."""

import sys
import time

STARTED = time.monotonic_ns()

STAMPS, LINES, PAUSE_US = "", 1, 0
ABILITIES = '{"hook_on_failure_supported":true}'


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def value_of(line: str, name: str) -> str:
    found = line.partition(name)[2].partition('"')[2]
    return found.partition('"')[0]


def event(body: str) -> None:
    say(f'{{"type":"stream_event","event":{body}}}')


def answer(given: str) -> None:
    say(f'{{"type":"command_lifecycle","command_uuid":"{given}","state":"started"}}')
    say('{"type":"system","subtype":"init","session_id":"s","model":"m","uuid":"u1"}')
    event('{"type":"message_start","message":{"id":"m1","model":"m","usage":{"input_tokens":1,"output_tokens":1}}}')
    event('{"type":"content_block_start","index":0,"content_block":{}}')
    lines = []
    for number in range(1, LINES + 1):
        lines.append(f"{number} {time.monotonic_ns()}\\n")
        event(f'{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{lines[-1]}"}}}}')
        if PAUSE_US:
            time.sleep(PAUSE_US / 1e6)
    content = f'[{{"type":"text","text":"{"".join(lines)}"}}]'
    say(f'{{"type":"assistant","uuid":"u2","message":{{"id":"m1","model":"m","content":{content}}}}}')
    result = '"subtype":"success","is_error":false,"result":"done","num_turns":1,"total_cost_usd":0,"usage":{}'
    say(f'{{"type":"result",{result},"uuid":"u3"}}')
    say(f'{{"type":"command_lifecycle","command_uuid":"{given}","state":"completed"}}')
    say('{"type":"system","subtype":"session_state_changed","state":"idle"}')


def main() -> None:
    if STAMPS:
        with open(STAMPS, "a") as file:  # noqa: PTH123 - pathlib would be half of its start time
            file.write(f"{STARTED}\n")
    for line in sys.stdin:
        if '"control_request"' in line:
            request_id = value_of(line, '"request_id"')
            body = (
                f'{{"subtype":"success","request_id":"{request_id}","response":{{"hook_on_failure_supported":true}}}}'
            )
            say(f'{{"type":"control_response","response":{body}}}')
        elif '"role"' in line:
            answer(value_of(line, '"uuid"'))


if __name__ == "__main__":
    main()
