import { describe, expect, it } from "vitest";
import type { Chat, Message, MessagePage } from "../api/chat";
import type { FeedEvent } from "../feed/wire";
import { rowsOf } from "./chat";
import { agesChats, applyToConversation, type Loaded } from "./chat-pages";
import { Conversation } from "./conversation";

const AT = "2026-01-01T00:00:00Z";
let seq = 0;
const event = (type: string, data: object, task_id = "task_2") =>
  ({ task_id, seq: ++seq, type, at: AT, data }) as unknown as FeedEvent & { seq: number };

const output = (kind: string, more: object) =>
  event("task.output", { kind, text: "", item: null, more: false, ...more });
const use = (id: string, name: string, input: object) => output("tool_use", { tool_use_id: id, name, input });
const done = (id: string, result: object, more: object = {}) =>
  output("tool_result", { tool_use_id: id, text: JSON.stringify(result), ...more });
const said = (text: string, item: string) => output("text", { text, item });

function rows(...events: FeedEvent[]) {
  const conversation = new Conversation();
  for (const one of events) conversation.apply(one as never);
  return rowsOf(conversation.items);
}

const approval = (more: object) => ({
  approval_id: "approval_1",
  kind: "permission",
  status: "pending",
  tool_name: "mcp__machine__create_agent",
  tool_use_id: "t1",
  input: { name: "a" },
  answer: null,
  ...more,
});

describe("the rows of a message", () => {
  it("fold what the Brain looked at, and show what it brought about as a card", () => {
    const found = rows(
      event("task.created", { input_message: "Have it planned." }),
      output("system", { name: "init", data: {} }),
      use("t1", "mcp__machine__list_agents", {}),
      done("t1", {}),
      use("t2", "mcp__machine__list_tasks", {}),
      done("t2", {}),
      use("t3", "mcp__machine__create_task", { message: "Plan" }),
      done("t3", { task_id: "task_9", title: "Plan" }),
      said("It runs.", "m1"),
      event("task.completed", { usage: {}, cost_kind: "demo", duration_seconds: 1, result: "It runs." }),
    );
    expect(found.map(({ kind }) => kind)).toEqual(["input", "steps", "card", "text"]);
    expect(found[1]).toMatchObject({ title: "Looked at agents, looked at tasks", failed: 0, now: null });
    expect(found[2]).toMatchObject({ card: { taskId: "task_9" } });
  });

  it("say nothing where the program only spoke to itself", () => {
    expect(rows(output("system", { name: "init", data: {} }))).toEqual([]);
  });

  it("name the step that is under way, and count those that failed", () => {
    const [steps] = rows(
      use("t1", "mcp__machine__create_agent", { name: "a" }),
      done("t1", {}, { is_error: true }),
      use("t2", "mcp__machine__list_agents", {}),
    );
    expect(steps).toMatchObject({ kind: "steps", failed: 1, now: "Looked at agents" });
  });

  it("keep the key of a fold while more steps come, so that it stays open", () => {
    const first = use("t1", "Read", {});
    const before = rows(first)[0]?.key;
    expect(rows(first, done("t1", {}), use("t2", "Grep", {}))[0]?.key).toBe(before);
  });

  it("show a question in the place of its call, and after a yes only the card", () => {
    const called = use("t1", "mcp__machine__create_agent", { name: "a" });
    expect(rows(called, event("approval.requested", approval({}))).map(({ kind }) => kind)).toEqual([
      "approval",
    ]);
    const yes = approval({ status: "answered", answer: { decision: "allow" } });
    const allowed = [called, event("approval.requested", approval({})), event("approval.answered", yes)];
    expect(rows(...allowed, done("t1", { saved: "a" })).map(({ kind }) => kind)).toEqual(["card"]);
  });

  it("keep a no, with its reason", () => {
    const no = approval({ status: "answered", answer: { decision: "deny", reason: "Not now" } });
    const found = rows(
      use("t1", "mcp__machine__create_agent", { name: "a" }),
      event("approval.answered", no),
      done("t1", {}, { is_error: true }),
    );
    expect(found.map(({ kind }) => kind)).toEqual(["approval"]);
  });

  it("say how it ended where it did not end well", () => {
    const ends = { usage: {}, cost_kind: "demo", duration_seconds: 1, result: null };
    expect(rows(event("task.cancelled", { ...ends, reason: "stopped" }))[0]?.kind).toBe("end");
    expect(rows(event("task.completed", ends))).toEqual([]);
  });
});

const message = (task_id: string, more: Partial<Message> = {}) =>
  ({ task_id, status: "running", last_seq: 0, cost_usd: 0.1, attachments: [], ...more }) as Message;

function loaded(...items: Message[]): Loaded {
  const conversation = {
    conversation_id: "conv_1",
    messages: items.length,
    cost_usd: 0.5,
    task_id: "task_2",
  } as Chat;
  return { pages: [{ conversation, items, next_cursor: null } as MessagePage], pageParams: [null] };
}

describe("what is loaded of a conversation", () => {
  const created = (conversation_id: string, task_id = "task_3") =>
    event(
      "task.created",
      { task_id, conversation_id, status: "queued", source_metadata: { attachments: [{ name: "a.txt" }] } },
      task_id,
    );

  it("gets a new message with its files at its front, once", () => {
    const event_ = created("conv_1");
    const first = applyToConversation(loaded(message("task_2")), "conv_1", event_);
    expect(first.pages[0]?.items.map(({ task_id }) => task_id)).toEqual(["task_3", "task_2"]);
    expect(first.pages[0]?.items[0]?.attachments).toEqual([{ name: "a.txt" }]);
    expect(first.pages[0]?.conversation).toMatchObject({ messages: 2, task_id: "task_3", status: "queued" });
    expect(applyToConversation(first, "conv_1", event_)).toBe(first);
  });

  it("stays the same for another conversation's message", () => {
    const before = loaded(message("task_2"));
    expect(applyToConversation(before, "conv_1", created("conv_2"))).toBe(before);
  });

  it("follows the state and the cost of its messages", () => {
    const usage = { input_tokens: 1, output_tokens: 1, cost_usd: 0.3 };
    const end = event("task.completed", { usage, cost_kind: "demo", duration_seconds: 2, result: "Done" });
    const files = message("task_2", { attachments: [{ name: "a.txt" }] as Message["attachments"] });
    const [page] = applyToConversation(loaded(files, message("task_1")), "conv_1", end).pages;
    expect(page?.items[0]).toMatchObject({
      status: "completed",
      cost_usd: 0.3,
      attachments: [{ name: "a.txt" }],
    });
    expect(page?.conversation.status).toBe("completed");
    expect(page?.conversation.cost_usd).toBeCloseTo(0.7);
  });
});

describe("the list of conversations", () => {
  const known = [{ task_id: "task_2" } as Chat];

  it("is old when something is said in the chat, and when an answer begins, waits or ends", () => {
    expect(agesChats(known, event("task.created", { lane: "chat" }, "task_7"))).toBe(true);
    expect(agesChats(known, event("approval.requested", {}))).toBe(true);
    expect(agesChats(known, event("task.failed", {}))).toBe(true);
  });

  it("is not old when other tasks go on, or words come", () => {
    expect(agesChats(known, event("task.created", { lane: "work" }, "task_7"))).toBe(false);
    expect(agesChats(known, event("task.failed", {}, "task_7"))).toBe(false);
    expect(agesChats(known, event("task.output", {}))).toBe(false);
  });
});
