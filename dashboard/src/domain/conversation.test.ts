import { describe, expect, it } from "vitest";
import type { TaskEvent } from "../feed/wire";
import { Conversation } from "./conversation";
import type { Item } from "./items";

const AT = "2026-01-01T00:00:00Z";
const USAGE = { input_tokens: 1, output_tokens: 2, cost_usd: 0.1, estimated: false };

type Made = [type: string, data: Record<string, unknown>];

const output = (data: Record<string, unknown>): Made => [
  "task.output",
  {
    text: "",
    item: null,
    more: false,
    name: null,
    tool_use_id: null,
    input: null,
    parent_tool_use_id: null,
    data: null,
    ...data,
  },
];

function fold(...made: Made[]): Item[] {
  const conversation = new Conversation();
  made.forEach(([type, data], index) => {
    conversation.apply({ type, data, seq: index + 1, at: AT, task_id: "task_1" } as unknown as TaskEvent);
  });
  return conversation.items;
}

describe("Conversation", () => {
  it("joins pieces of a text to the last character, however they are cut and whatever comes between", () => {
    const items = fold(
      output({ kind: "text", text: "Hé", item: "a", more: true }),
      output({ kind: "stderr", text: "note\n" }),
      output({ kind: "text", text: "l\n", item: "a", more: true }),
      ["task.metrics", { usage: USAGE, cost_kind: "demo", duration_seconds: 1 }],
      output({ kind: "text", text: "o", item: "a" }),
    );
    expect(items[0]).toMatchObject({ kind: "text", text: "Hél\no", done: true });
    expect(items).toHaveLength(2);
  });

  it("keeps with each call the list of things to do as it stood after it", () => {
    const call = (id: string, name: string, input: object, text: string): Made[] => [
      output({ kind: "tool_use", item: id, tool_use_id: id, name, input }),
      output({ kind: "tool_result", item: `${id}:result`, tool_use_id: id, text, is_error: false }),
    ];
    const items = fold(
      ...call("a", "TaskCreate", { subject: "One" }, "Task #1 created successfully: One"),
      ...call("b", "TaskUpdate", { taskId: "1", status: "completed" }, "Updated task #1 status"),
      ...call("c", "Bash", { command: "ls" }, "x"),
    );
    expect(items.map((item) => item.kind === "tool" && item.todos)).toEqual([
      [{ id: "1", subject: "One", status: "pending" }],
      [{ id: "1", subject: "One", status: "completed" }],
      null,
    ]);
  });

  it("follows a sub-agent in the background to its report, and says its wish once", () => {
    const note = (name: string, data: object) => output({ kind: "system", name, data });
    const items = fold(
      output({ kind: "tool_use", item: "a", tool_use_id: "a", name: "Agent", input: { prompt: "look" } }),
      note("task_started", { tool_use_id: "a", is_backgrounded: true }),
      output({ kind: "tool_result", item: "a:result", tool_use_id: "a", text: "launched", is_error: false }),
      output({ kind: "system", name: "user", parent_tool_use_id: "a", data: { text: "look" } }),
      output({ kind: "text", text: "I look.", item: "t", parent_tool_use_id: "a" }),
      note("task_notification", {
        tool_use_id: "a",
        status: "completed",
        summary: "Seen.",
        summary_is_report: true,
      }),
      note("task_notification", { tool_use_id: "unknown", status: "completed" }),
    );
    expect(items.map(({ kind }) => kind)).toEqual(["tool", "details"]);
    expect(items[0]).toMatchObject({ done: true, background: { state: "completed", report: "Seen." } });
    expect(items[0]?.kind === "tool" && items[0].children.map(({ kind }) => kind)).toEqual(["text"]);
  });

  it("puts quiet notes of one turn behind one line, and lines on stderr to the last character", () => {
    const status = { kind: "system", name: "status", data: { status: "requesting" } };
    const items = fold(
      ["task.created", { input_message: "do it" }],
      output(status),
      output({ kind: "text", text: "one", item: "a" }),
      output(status),
      output({ kind: "stderr", text: "first line" }),
      output({ kind: "stderr", text: "second line\n" }),
      output({ kind: "system", name: "api_retry", data: { attempt: 1 } }),
      ["task.input", { input_id: "2", message: "and that" }],
      output(status),
    );
    expect(items.map((item) => item.kind)).toEqual([
      "input",
      "details",
      "text",
      "system",
      "input",
      "details",
    ]);
    const [, details] = items;
    const notes = details?.kind === "details" ? details.notes : [];
    expect(notes.map(({ name, text }) => [name, text])).toEqual([
      ["status", ""],
      ["status", ""],
      ["stderr", "first line\nsecond line\n"],
    ]);
  });

  it("keeps texts of different items apart", () => {
    const items = fold(
      output({ kind: "text", text: "one", item: "a" }),
      output({ kind: "text", text: "two", item: "b" }),
    );
    expect(items.map((item) => item.kind === "text" && item.text)).toEqual(["one", "two"]);
  });

  it("brings a tool's result to its call", () => {
    const [tool, ...rest] = fold(
      output({ kind: "tool_use", name: "Bash", tool_use_id: "t", input: { command: "ls" } }),
      output({ kind: "tool_result", tool_use_id: "t", text: "a\n", more: true, is_error: true }),
      output({ kind: "tool_result", tool_use_id: "t", text: "b", is_error: true }),
    );
    expect(tool).toMatchObject({
      name: "Bash",
      input: { command: "ls" },
      result: "a\nb",
      isError: true,
      done: true,
    });
    expect(rest).toEqual([]);
  });

  it("reads a large input that comes as JSON in pieces", () => {
    const [tool] = fold(
      output({ kind: "tool_use", name: "Write", tool_use_id: "t", text: '{"content":"x', more: true }),
      output({ kind: "tool_use", name: "Write", tool_use_id: "t", text: 'y"}' }),
    );
    expect(tool).toMatchObject({ input: { content: "xy" } });
  });

  it("shows the first message and every later one, equal ones too", () => {
    const items = fold(
      ["task.created", { input_message: "do it" }],
      ["task.started", { attempt: 1, resumed: false }],
      ["task.input", { input_id: "2", message: "do it" }],
    );
    expect(items.map((item) => item.kind)).toEqual(["input", "input"]);
  });

  it("marks where it was resumed, and why", () => {
    const items = fold(
      output({ kind: "text", text: "half a sent", item: "a", more: true }),
      ["task.queued", { reason: "lost", message: "", until: null }],
      ["task.started", { attempt: 2, resumed: true }],
      ["task.started", { attempt: 3, resumed: true }],
    );
    expect(items[0]).toMatchObject({ text: "half a sent", done: true });
    expect(items.slice(1).map((item) => item.kind === "marker" && item.what)).toEqual(["resumed", "resumed"]);
    expect(items[1]).toMatchObject({ text: "Resumed after a restart" });
  });

  it("says from which machine it moved to which, and why, in the place of the line that it waits", () => {
    const items = fold(
      ["task.started", { attempt: 1, resumed: false, machine_id: "w1" }],
      ["task.queued", { reason: "lost", message: "The machine w1 was lost. It resumes.", until: null }],
      ["task.started", { attempt: 2, resumed: true, machine_id: "w2" }],
      ["task.queued", { reason: "input", message: "", until: null }],
      ["task.started", { attempt: 3, resumed: true, machine_id: "w2" }],
      ["task.queued", { reason: "answered", message: "", until: null }],
      ["task.started", { attempt: 4, resumed: true, machine_id: "w1" }],
    );
    expect(items.map((item) => item.kind === "marker" && item.text)).toEqual([
      "Moved from w1 to w2: the machine w1 was lost",
      "Resumed with your message",
      "Moved from w2 to w1: resumed with your answer",
    ]);
  });

  it("takes a start of an older program, which names no machine, for no move", () => {
    const items = fold(
      ["task.started", { attempt: 1, resumed: false, machine_id: null }],
      ["task.started", { attempt: 2, resumed: true, machine_id: "w2" }],
      ["task.started", { attempt: 3, resumed: true }],
    );
    expect(items.map((item) => item.kind === "marker" && item.text)).toEqual([
      "Resumed after a restart",
      "Resumed after a restart",
    ]);
  });

  it("turns a question into its answer, in its place", () => {
    const asked = { approval_id: "a", status: "pending", tool_use_id: "t" };
    const items = fold(
      output({ kind: "tool_use", name: "Bash", tool_use_id: "t", input: {} }),
      ["approval.requested", asked],
      output({ kind: "text", text: "later", item: "x" }),
      ["approval.answered", { ...asked, status: "answered" }],
    );
    expect(items.map((item) => item.kind)).toEqual(["tool", "approval", "text"]);
    expect(items[1]).toMatchObject({ approval: { status: "answered" } });
    expect(items[0]).toMatchObject({ asked: false });
  });

  it("ends with what to do when it failed", () => {
    const failure = { reason: "timeout", message: "Too slow.", hint: "Raise it." };
    const items = fold(["task.failed", { failure, usage: USAGE, cost_kind: "billed", duration_seconds: 3 }]);
    expect(items).toEqual([expect.objectContaining({ kind: "end", status: "failed", failure })]);
  });

  it("shows kinds it does not know", () => {
    const items = fold(["task.sang", { song: "la" }], output({ kind: "hologram", text: "?" }));
    expect(items.map((item) => item.kind)).toEqual(["unknown", "unknown"]);
  });

  it("replaces only what changed, so that a view can tell by identity", () => {
    const conversation = new Conversation();
    const say = (seq: number, item: string, text: string) => {
      const [type, data] = output({ kind: "text", text, item, more: true });
      conversation.apply({ type, data, seq, at: AT, task_id: "t" } as unknown as TaskEvent);
    };
    say(1, "a", "x");
    say(2, "b", "y");
    const [first, second] = [...conversation.items];
    say(3, "b", "z");
    expect(conversation.items[0]).toBe(first);
    expect(conversation.items[1]).not.toBe(second);
  });

  it("folds fifty thousand events in well under a second", () => {
    const started = performance.now();
    fold(
      ...Array.from({ length: 50_000 }, (_, index) =>
        output({ kind: "text", text: "word ", item: `i${index >> 4}`, more: true }),
      ),
    );
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("puts what a sub-agent does into the card that began it, and sub-agents of sub-agents into theirs", () => {
    const call = (id: string, name: string, parent: string | null = null) =>
      output({ kind: "tool_use", tool_use_id: id, name, input: {}, parent_tool_use_id: parent });
    const conversation = new Conversation();
    const made = [
      call("a", "Agent"),
      output({ kind: "text", text: "Hel", item: "x", more: true, parent_tool_use_id: "a" }),
      call("b", "Agent", "a"),
      output({ kind: "text", text: "deep", item: "y", parent_tool_use_id: "b" }),
      output({ kind: "text", text: "lo", item: "x", parent_tool_use_id: "a" }),
      output({ kind: "text", text: "of nobody known", item: "z", parent_tool_use_id: "gone" }),
    ];
    const seen: Item[] = [];
    made.forEach(([type, data], index) => {
      conversation.apply({ type, data, seq: index + 1, at: AT, task_id: "t" } as unknown as TaskEvent);
      seen.push(conversation.items[0] as Item);
    });
    const [first, last] = conversation.items;
    expect(conversation.items).toHaveLength(2);
    expect(last).toMatchObject({ kind: "text", text: "of nobody known" });
    expect(first).toMatchObject({
      children: [
        { kind: "text", text: "Hello", done: true },
        { kind: "tool", children: [{ text: "deep" }] },
      ],
    });
    // Whoever shows the outer card sees by its identity that something in it has changed.
    expect(new Set(seen.slice(0, 5)).size).toBe(5);
  });

  it("knows when the last result of a call came", () => {
    const conversation = new Conversation();
    const at = (seconds: number) => `2026-01-01T00:00:0${seconds}Z`;
    [
      output({ kind: "tool_use", tool_use_id: "a", name: "Bash", input: {} }),
      output({ kind: "tool_result", tool_use_id: "a", text: "1", more: true }),
      output({ kind: "tool_result", tool_use_id: "a", text: "2" }),
    ].forEach(([type, data], index) => {
      conversation.apply({ type, data, seq: index + 1, at: at(index), task_id: "t" } as unknown as TaskEvent);
    });
    expect(conversation.items[0]).toMatchObject({ at: at(0), endedAt: at(2), result: "12" });
  });
});
