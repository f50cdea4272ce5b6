// @vitest-environment jsdom
import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Item, ToolItem } from "../domain/items";
import { ToolCard } from "./tool-card";

const AT = "2026-01-01T00:00:00Z";
const call = (name: string, input: ToolItem["input"], more: Partial<ToolItem> = {}): ToolItem => ({
  kind: "tool",
  key: `tool:${name}`,
  at: AT,
  parent: null,
  name,
  input,
  inputText: "",
  result: "",
  isError: false,
  done: true,
  asked: false,
  endedAt: AT,
  todos: null,
  background: null,
  children: [],
  ...more,
});
const row = (item: Item) => <p>{item.kind === "text" ? item.text : item.kind}</p>;
const shown = (item: ToolItem, live = false) =>
  render(<ToolCard item={item} live={live} row={row} />).container;
const title = (page: HTMLElement) => page.querySelector("button[aria-expanded]") as HTMLElement;
const unfolded = (page: HTMLElement) => {
  if (title(page).getAttribute("aria-expanded") === "false") fireEvent.click(title(page));
  return page.textContent ?? "";
};

describe("the card of a call", () => {
  it("shows a command and its output like a terminal, open and in its colours", () => {
    const page = shown(call("Bash", { command: "npm test" }, { result: "\u001b[32mok\u001b[0m 3" }));
    expect(page.textContent).toContain("$npm test");
    expect(page.querySelector(".ansi-green")?.textContent).toBe("ok");
  });

  it("shows an edit as lines taken away and added", () => {
    const page = shown(
      call("Edit", { file_path: "/d/workspaces/t/a.py", old_string: "a = 1", new_string: "a = 2" }),
    );
    expect(title(page).textContent).toContain("a.py");
    expect(page.textContent).toContain("removed: a = 1");
    expect(page.textContent).toContain("added: a = 2");
  });

  it("shows several edits and a new file as changes", () => {
    const edits = [
      { old_string: "x", new_string: "y" },
      { old_string: "p", new_string: "q" },
    ];
    expect(shown(call("MultiEdit", { file_path: "a", edits })).textContent).toMatch(/added: y.*added: q/s);
    expect(shown(call("Write", { file_path: "b", content: "new" })).textContent).toContain("added: new");
  });

  it("keeps what was read folded until somebody wants it", () => {
    const page = shown(call("Read", { file_path: "/d/workspaces/t/b.txt" }, { result: "the content" }));
    expect(title(page).getAttribute("aria-expanded")).toBe("false");
    expect(page.textContent).not.toContain("the content");
    expect(unfolded(page)).toContain("the content");
  });

  it("shows a list of things to do as a list, with how each stands", () => {
    const todos = [
      { content: "one", status: "completed" },
      { content: "two", status: "in_progress" },
    ];
    const page = shown(call("TodoWrite", { todos }));
    expect([...page.querySelectorAll("li")].map((li) => li.textContent)).toEqual([
      "☑one (done)",
      "◐two (in progress)",
    ]);
  });

  it("shows steps of such a list in a line each, and the list as it stood then behind it", () => {
    const todos = [
      { id: "1", subject: "Write the tests", status: "in_progress" },
      { id: "2", subject: "", status: "pending" },
    ];
    const input = { subject: "Write the tests", description: "For the parser" };
    const made = shown(call("TaskCreate", input, { todos, result: "Task #1 created successfully" }));
    expect(title(made).getAttribute("aria-expanded")).toBe("false");
    expect(title(made).textContent).toContain("Write the tests");
    expect(unfolded(made)).toContain("For the parser");
    expect(made.textContent).not.toContain("created successfully");
    const changed = shown(call("TaskUpdate", { taskId: "1", status: "in_progress" }, { todos, result: "" }));
    expect(title(changed).textContent).toContain("Write the tests: in progress");
    const all = shown(call("TaskList", {}, { todos, result: "#1 …" }));
    expect([...all.querySelectorAll("li")].map((li) => li.textContent)).toEqual([
      "◐Write the tests (in progress)",
      "☐#2 (to do)",
    ]);
  });

  it("shows what such a step answered where it did not do its work", () => {
    const page = shown(
      call("TaskUpdate", { taskId: "9", status: "completed" }, { result: "Task not found" }),
    );
    expect(title(page).textContent).toContain("#9: done");
    expect(unfolded(page)).toContain("Task not found");
    expect(unfolded(shown(call("TaskCreate", { subject: "New" }, { result: null, done: false })))).toContain(
      "☐New",
    );
  });

  it("shows no JSON where a line says it all, and sets out JSON that a server answered", () => {
    const got = shown(call("TaskGet", { taskId: "2" }, { result: "Task #2: Mend the parser" }));
    expect(unfolded(got)).not.toContain("taskId");
    expect(title(got).textContent).toContain("#2");
    const result = '{"message":"Successfully stopped task: b7 (sleep 300)","task_id":"b7"}';
    const stopped = shown(call("TaskStop", { task_id: "b7" }, { result }));
    expect(unfolded(stopped)).toMatch(/b7.*Successfully stopped task: b7 \(sleep 300\)$/);
    const issues = shown(call("mcp__github__list_issues", { state: "open" }, { result: '[{"n":1}]' }));
    expect(unfolded(issues)).toContain('"n": 1');
    expect(unfolded(shown(call("mcp__a__b", {}, { result: "no JSON" })))).toContain("no JSON");
  });

  it("shows a plan as text, and what no card knows as JSON under both its names", () => {
    const plan = shown(call("ExitPlanMode", { plan: "# A plan" }));
    unfolded(plan);
    expect(plan.querySelector("[data-depth]")?.textContent).toBe("A plan");
    const other = shown(call("mcp__github__list_issues", { state: "open" }));
    expect(title(other).textContent).toContain("github · list_issuesstate: open");
    expect(unfolded(other)).toContain('"state": "open"');
  });

  it.each(["Grep", "Glob", "WebFetch", "WebSearch", "Skill", "NotebookEdit", "AskUserQuestion"])(
    "shows %s with its input and result",
    (name) => {
      const page = shown(call(name, { pattern: "needle" }, { result: "found it" }));
      expect(unfolded(page)).toMatch(/needle.*found it/s);
    },
  );

  it("holds what its sub-agent did", () => {
    const children = [{ kind: "text", key: "t", at: AT, parent: "x", text: "I look.", done: true }] as Item[];
    const page = shown(
      call("Agent", { description: "Look around" }, { children, done: false, result: null }),
      true,
    );
    expect(title(page).textContent).toContain("Look around");
    expect(page.textContent).toContain("The sub-agent: 1 step");
    expect(page.textContent).toContain("I look.");
  });

  it("says what a sub-agent was asked, and its report without the words around it", () => {
    const input = { description: "Look", prompt: "Find **it**", subagent_type: "Explore" };
    const result = "The report follows:\n  ## Found\nagentId: a1 (internal)";
    const page = shown(call("Agent", input, { result }));
    expect(page.textContent).toContain("Explore");
    expect(page.querySelector("strong")?.textContent).toBe("it");
    expect(page.querySelector("[data-depth]")?.textContent).toBe("Found");
    expect(page.textContent).not.toMatch(/subagent_type|agentId/);
    expect(shown(call("Task", input, { isError: true, result: "No such agent" })).textContent).toContain(
      "No such agent",
    );
  });

  it("tells of a sub-agent in the background until it has reported", () => {
    const launched = (state: "running" | "completed" | "stopped", report = "") =>
      call("Agent", {}, { background: { state, report }, result: "Async agent launched successfully." });
    const page = shown(launched("running"), true);
    expect(title(page).textContent).toContain("Works in the background");
    expect(page.textContent).toContain("Its report comes when it is done.");
    expect(page.textContent).not.toContain("launched");
    expect(title(shown(launched("running"))).textContent).toContain("Cut off");
    expect(title(shown(launched("stopped"))).textContent).toContain("Stopped");
    expect(shown(launched("completed", "All **well**")).querySelector("strong")?.textContent).toBe("well");
  });

  it("draws the newest of very many steps, and all when asked", () => {
    const children = Array.from({ length: 60 }, (_, at) => ({
      kind: "text",
      key: `${at}`,
      text: `step ${at}.`,
    }));
    const page = shown(call("Agent", {}, { children: children as Item[], done: false, result: null }), true);
    expect(page.querySelectorAll("[data-nested]")).toHaveLength(40);
    fireEvent.click(screen.getByText("Show 20 earlier steps"));
    expect(page.querySelectorAll("[data-nested]")).toHaveLength(60);
  });

  it("says how long it took, that it failed, runs, waits or got no result", () => {
    const later = "2026-01-01T00:01:05Z";
    expect(title(shown(call("Bash", {}, { endedAt: later }))).textContent).toContain("1 min 5 s");
    expect(title(shown(call("Bash", {}, { isError: true }))).textContent).toContain("Failed");
    const open = { done: false, result: null, endedAt: null };
    expect(title(shown(call("Bash", {}, open), true)).textContent).toContain("Running");
    expect(title(shown(call("Bash", {}, open))).textContent).toContain("No result");
    expect(title(shown(call("Bash", {}, { ...open, asked: true }))).textContent).toContain(
      "Needs your answer",
    );
  });
});
