"""What a task's page shows and what is stored of the task, both as the same list, for a comparison of every character.

An entry is (kind, text). Kinds: `input` what people said, `text` and `thinking` what the agent wrote, `tool` the name
of a call, `result` what came back, `stderr` lines of the program, `asked` a request for an answer.
"""

from typing import Any

from playwright.sync_api import Page
from tests.support.daemon import DaemonProcess

Entry = tuple[str, str]

TALL = 4_000
"""Only what is near the window exists on the page: so high a window holds a whole conversation of a test."""

_UNFOLD = """() => {
  const main = document.querySelector('[aria-label="Conversation"]');
  const buttons = [...main.querySelectorAll('button')].filter((button) =>
    button.getAttribute('aria-expanded') === 'false' ||
    button.getAttribute('aria-label') === 'Show as it came' ||
    /^Show \\d+ more/.test(button.textContent));
  buttons.forEach((button) => button.click());
  return buttons.length;
}"""

_READ = """() => {
  const rows = [...document.querySelectorAll('[data-key]')];
  rows.sort((a, b) => Number(a.dataset.index) - Number(b.dataset.index));
  return rows.flatMap((row) => {
    const text = (selector) => row.querySelector(selector)?.textContent ?? null;
    switch (row.dataset.kind) {
      case 'input': return [['input', text('p')]];
      case 'text': return [['text', text('pre') ?? text('.prose')]];
      case 'thinking': return [['thinking', text('.whitespace-pre-wrap')]];
      case 'tool': {
        const title = row.querySelector('button[aria-expanded] > span.font-medium').textContent;
        const result = text('[role="group"][aria-label="Result"]');
        return [['tool', title], ...(result === null ? [] : [['result', result]])];
      }
      case 'details':
        return [...row.querySelectorAll('[data-note="stderr"] [role="group"]')]
          .map((one) => ['stderr', one.textContent]);
      case 'approval': return [['asked', '']];
      default: return [];
    }
  });
}"""

_TEXTS = """() => [...document.querySelectorAll('[data-kind="text"] .prose')].map((one) => one.textContent).join('')"""


def shown(page: Page) -> list[Entry]:
    """Everything that the page shows of the task it is at, with all that is folded unfolded and texts as they came."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": TALL})
    for _ in range(20):
        if page.evaluate(_UNFOLD) == 0:
            break
        page.evaluate("() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
    found = [(kind, text) for kind, text in page.evaluate(_READ)]
    page.set_viewport_size(size)
    return found


def running_text(page: Page) -> str:
    """What the agent has written so far, as a reader sees it; for texts without Markdown these are its very words."""
    return str(page.evaluate(_TEXTS))


def events(daemon: DaemonProcess, task_id: str) -> list[dict[str, Any]]:
    """All stored events of a task."""
    answer = daemon.get(f"/api/tasks/{task_id}/events?limit=5000")
    assert len(answer["events"]) == answer["last_seq"], "a longer task needs several pages"
    return list(answer["events"])


def stored_text(daemon: DaemonProcess, task_id: str) -> str:
    """What the agent has written so far, from the stored events."""
    said = [event["data"] for event in events(daemon, task_id) if event["type"] == "task.output"]
    return "".join(piece["text"] for piece in said if piece["kind"] == "text")


def stored(daemon: DaemonProcess, task_id: str) -> list[Entry]:
    """The stored events, read the plain way: pieces of one item joined, everything where it began."""
    order: list[str] = []
    parts: dict[str, list[Entry]] = {}

    def add(key: str, kind: str, text: str) -> None:
        if key not in parts:
            order.append(key)
            parts[key] = []
        known = parts[key]
        if known and known[-1][0] == kind and kind != "tool":
            known[-1] = (kind, known[-1][1] + text)
        elif not (known and kind == "tool"):
            known.append((kind, text))

    for event in events(daemon, task_id):
        data, seq = event["data"], event["seq"]
        match event["type"]:
            case "task.created":
                add("first", "input", data["input_message"])
            case "task.input":
                add(f"input:{data['input_id']}", "input", data["message"])
            case "approval.requested" | "approval.answered":
                key = f"asked:{data['approval_id']}"
                parts.pop(key, None) if key in parts else order.append(key)
                parts[key] = [("asked", "")]
            case "task.output":
                _output(add, data, seq)
    return [entry for key in order for entry in parts[key]]


def _output(add: Any, data: dict[str, Any], seq: int) -> None:
    key = data["item"] or str(seq)
    match data["kind"]:
        case "text" | "thinking":
            # An end that came without any text says only that nothing more follows.
            if data["text"] or data["more"]:
                add(f"{data['kind']}:{key}", data["kind"], data["text"])
        case "tool_use":
            add(f"tool:{data['tool_use_id']}", "tool", data["name"])
        case "tool_result":
            add(f"tool:{data['tool_use_id']}", "result", data["text"])
        case "stderr":
            add(f"stderr:{seq}", "stderr", data["text"])
