import { describe, expect, it } from "vitest";
import { cardOf, changeOf, stepOf } from "./brain-calls";
import type { ToolItem } from "./items";

const call = (tool: string, input: object, result: unknown, more: Partial<ToolItem> = {}): ToolItem => ({
  kind: "tool",
  key: "t",
  at: "2026-01-01T00:00:00Z",
  parent: null,
  name: `mcp__machine__${tool}`,
  input: input as Record<string, unknown>,
  inputText: "",
  result: typeof result === "string" ? result : JSON.stringify(result),
  isError: false,
  done: true,
  endedAt: null,
  todos: null,
  background: null,
  children: [],
  asked: false,
  ...more,
});

describe("the card of a call", () => {
  it("leads to the task that was started, under the title that it got", () => {
    const item = call("create_task", { message: "Do it\nnow" }, { task_id: "task_1", title: "Do it" });
    expect(cardOf(item)).toEqual({ kind: "task", verb: "Task started", taskId: "task_1", title: "Do it" });
  });

  it("leads to the task that follows up, not to the one that was spoken to", () => {
    const item = call("send_input", { task_id: "task_1", message: "Go on" }, { task_id: "task_2" });
    expect(cardOf(item)).toMatchObject({ taskId: "task_2", title: "Go on" });
  });

  it.each([
    ["create_webhook", { name: "hook" }, "Webhook created", "webhooks"],
    ["update_agent", { name: "hook" }, "Agent changed", "agents"],
    ["set_skill_enabled", { name: "hook", enabled: false }, "Skill switched off", "skills"],
    ["pause_schedule", { name: "hook", paused: false }, "Schedule resumed", "schedules"],
  ])("of %s leads to what there is now", (tool, input, verb, of) => {
    expect(cardOf(call(tool, input, {}))).toEqual({
      kind: "definition",
      verb,
      of,
      name: "hook",
      isGone: false,
    });
  });

  it("of what was deleted leads nowhere", () => {
    expect(cardOf(call("delete_agent", { name: "a" }, { deleted: "a" }))).toMatchObject({ isGone: true });
  });

  it("is there where the answer was cut off, by what was asked for", () => {
    expect(cardOf(call("create_agent", { name: "a" }, '{"saved": "a", … cut here'))).toMatchObject({
      name: "a",
    });
  });

  it("is missing for what failed, is not done, or only looked", () => {
    expect(cardOf(call("create_agent", { name: "a" }, "conflict", { isError: true }))).toBeNull();
    expect(cardOf(call("create_agent", { name: "a" }, "", { done: false }))).toBeNull();
    expect(cardOf(call("list_agents", {}, {}))).toBeNull();
    expect(
      cardOf({ ...call("create_agent", { name: "a" }, {}), name: "mcp__other__create_agent" }),
    ).toBeNull();
  });
});

describe("a call in words", () => {
  it("says what was looked at", () => {
    expect(stepOf("mcp__machine__list_agents")).toBe("Looked at agents");
    expect(stepOf("mcp__machine__get_agent")).toBe("Looked at an agent");
    expect(stepOf("mcp__machine__create_task")).toBe("Create task");
    expect(stepOf("mcp__tracker__search")).toBe("tracker · search");
    expect(stepOf("Read")).toBe("Read a file");
  });

  it("knows what would change, and only of the machine's own tools", () => {
    const change = { verb: "enable", one: "agent", of: "agents" };
    expect(changeOf("mcp__machine__set_agent_enabled", { enabled: true })).toEqual(change);
    expect(changeOf("mcp__machine__create_task", {})).toBeNull();
    expect(changeOf("Bash", {})).toBeNull();
  });
});
