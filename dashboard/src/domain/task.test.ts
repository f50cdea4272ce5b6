import { describe, expect, it } from "vitest";
import type { TaskEvent } from "../feed/wire";
import {
  applyToTask,
  carrierOf,
  conversationOf,
  hasEnded,
  hasPlan,
  needsAnswer,
  pathOf,
  type Task,
  workedSeconds,
} from "./task";

const AT = "2026-01-01T00:00:05Z";
const task = {
  task_id: "t",
  status: "queued",
  last_seq: 1,
  waiting_reason: null,
  started_at: null,
} as unknown as Task;
const event = (seq: number, type: string, data: object = {}) =>
  ({ task_id: "t", seq, type, at: AT, data }) as unknown as TaskEvent;

describe("applyToTask", () => {
  it("follows a task through its life", () => {
    const running = applyToTask(task, event(2, "task.started", { attempt: 1 }));
    expect(running).toMatchObject({ status: "running", started_at: AT, attempt: 1 });
    const asking = applyToTask(running, event(5, "approval.requested"));
    expect(needsAnswer(asking)).toBe(true);
    const onward = applyToTask(asking, event(7, "task.continued", { reason: "answered" }));
    expect(onward).toMatchObject({ status: "running", waiting_reason: null });
    const usage = { input_tokens: 5, output_tokens: 6, cost_usd: 0.5, estimated: false };
    const done = applyToTask(
      onward,
      event(9, "task.completed", { result: "ok", usage, cost_kind: "demo", duration_seconds: 4 }),
    );
    expect(done).toMatchObject({
      status: "completed",
      result: "ok",
      input_tokens: 5,
      cost_usd: 0.5,
      last_seq: 9,
    });
    expect(hasEnded(done)).toBe(true);
  });

  it("ignores what the snapshot has already, and what is another task's", () => {
    const newer = { ...task, last_seq: 5 };
    expect(applyToTask(newer, event(5, "task.started", { attempt: 1 }))).toBe(newer);
    expect(applyToTask(newer, { ...event(6, "task.continued"), task_id: "other" })).toBe(newer);
  });

  it("changes nothing but the place for kinds it does not know", () => {
    expect(applyToTask(task, event(2, "task.sang"))).toEqual({ ...task, last_seq: 2 });
  });

  it("knows another agent, and why, as soon as one was chosen", () => {
    const routing = { decision: "coder", reason: "It is about code." };
    const routed = applyToTask(task, event(2, "task.routed", routing));
    expect(routed).toMatchObject({ status: "queued", assigned_agent: "coder", routing });
  });
});

describe("workedSeconds", () => {
  const at = (seconds: number) => `2026-01-01T00:00:${String(seconds).padStart(2, "0")}Z`;
  const when = (seconds: number, seq: number, type: string, data: object = {}) =>
    ({ task_id: "t", seq, type, at: at(seconds), data }) as unknown as TaskEvent;

  it("counts on while a task works, and leaves out what it waits, whatever was said of it before", () => {
    let one: Task = { ...task, duration_seconds: 0 };
    const worked = (seconds: number) => workedSeconds(one, Date.parse(at(seconds)));
    one = applyToTask(one, when(10, 2, "task.started", { attempt: 1 }));
    expect(worked(14)).toBe(4);
    one = applyToTask(one, when(15, 3, "task.metrics", { usage: {}, duration_seconds: 5 }));
    expect(worked(16)).toBe(6);
    one = applyToTask(one, when(20, 4, "approval.requested"));
    expect(worked(40)).toBe(10);
    one = applyToTask(one, when(50, 5, "task.continued"));
    expect([worked(50), worked(53)]).toEqual([10, 13]);
    one = applyToTask(one, when(55, 6, "task.metrics", { usage: {}, duration_seconds: 15 }));
    expect(worked(56)).toBe(16);
    one = applyToTask(one, when(58, 7, "task.completed", { result: "", usage: {}, duration_seconds: 18 }));
    expect(worked(59)).toBe(18);
  });
});

describe("conversationOf", () => {
  it("is that of a message to the Brain, not of work or of what it writes for a form", () => {
    const chat = { lane: "chat", describes: null, conversation_id: "conv_1" } as const;
    expect(conversationOf(chat)).toBe("conv_1");
    expect(conversationOf({ ...chat, lane: "work" })).toBeNull();
    expect(conversationOf({ ...chat, describes: "agent" })).toBeNull();
  });
});

describe("pathOf", () => {
  it("leads a message to the Brain to its conversation, and all else to its own page", () => {
    const chat = { task_id: "task_1", lane: "chat", describes: null, conversation_id: "conv_1" } as const;
    expect(pathOf(chat)).toBe("/chat/conv_1");
    expect(pathOf({ ...chat, lane: "work" })).toBe("/tasks/task_1");
    expect(pathOf({ ...chat, describes: "skill" })).toBe("/tasks/task_1");
  });

  it("does so for a task that the feed tells of, too", () => {
    const told = (source_metadata: object) => {
      const said = { task_id: "t", lane: "chat", conversation_id: "conv_1", source_metadata };
      return applyToTask({ ...task, last_seq: 0 }, event(1, "task.created", said));
    };
    expect(pathOf(told({}))).toBe("/chat/conv_1");
    expect(pathOf(told({ describes: "agent" }))).toBe("/tasks/t");
  });
});

describe("a plan", () => {
  const planned = { status: "completed", assigned_agent: "planning", result: "1. Begin." } as unknown as Task;

  it("is what planning has completed with", () => {
    expect(hasPlan(planned)).toBe(true);
    expect(hasPlan({ ...planned, status: "running" })).toBe(false);
    expect(hasPlan({ ...planned, assigned_agent: "consultant" })).toBe(false);
    expect(hasPlan({ ...planned, result: " " })).toBe(false);
  });

  it("is carried out by the newest task of the executor that began with it", () => {
    const of = (task_id: string, assigned_agent: string) => ({ task_id, assigned_agent }) as Task;
    expect(carrierOf([of("c", "planning"), of("b", "executor"), of("a", "executor")])?.task_id).toBe("b");
    expect(carrierOf([of("c", "planning")])).toBeUndefined();
  });
});
