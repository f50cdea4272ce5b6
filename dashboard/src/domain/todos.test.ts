import { describe, expect, it } from "vitest";
import { aboutTodo, type Todos, todosAfter } from "./todos";

// As Claude Code 2.1.330 words its results.
const created = (todos: Todos, id: number, subject: string) =>
  todosAfter(todos, "TaskCreate", { subject }, `Task #${id} created successfully: ${subject}`) ?? [];
const changed = (todos: Todos, input: Record<string, unknown>) =>
  todosAfter(todos, "TaskUpdate", input, `Updated task #${input.taskId} status`);

const TWO = created(created([], 1, "Write the tests"), 2, "Mend the parser");
const short = (todos: Todos | null) => todos?.map(({ id, subject, status }) => `${id} ${subject} ${status}`);

describe("a list of things to do", () => {
  it("grows and changes step by step", () => {
    expect(short(TWO)).toEqual(["1 Write the tests pending", "2 Mend the parser pending"]);
    const begun = changed(TWO, { taskId: "1", status: "in_progress" });
    expect(short(begun)).toEqual(["1 Write the tests in_progress", "2 Mend the parser pending"]);
    expect(short(changed(begun ?? [], { taskId: "2", subject: "Mend it" }))?.at(1)).toBe("2 Mend it pending");
    expect(short(changed(TWO, { taskId: "2", status: "deleted" }))).toEqual(["1 Write the tests pending"]);
  });

  it("holds what an earlier task had put on it by its number", () => {
    expect(changed([], { taskId: "7", status: "completed" })).toEqual([
      { id: "7", subject: "", status: "completed" },
    ]);
  });

  it("is taken whole from what writes or shows all of it", () => {
    const todos = [{ content: "one", status: "completed" }, { content: "two" }];
    expect(short(todosAfter(TWO, "TodoWrite", { todos }, "ok"))).toEqual(["1 one completed", "2 two "]);
    const shown = "#1 [completed] Write the tests\n#2 [pending] Mend the parser (me)";
    expect(short(todosAfter([], "TaskList", {}, shown))).toEqual([
      "1 Write the tests completed",
      "2 Mend the parser (me) pending",
    ]);
  });

  it("is left to its raw result where that says something else", () => {
    expect(todosAfter(TWO, "TaskUpdate", { taskId: "9" }, "Task not found")).toBeNull();
    expect(todosAfter(TWO, "TaskCreate", { subject: "x" }, "No room")).toBeNull();
    expect(todosAfter(TWO, "TaskList", {}, "No tasks found")).toBeNull();
    expect(todosAfter(TWO, "TodoWrite", { todos: "many" }, "ok")).toBeNull();
    expect(todosAfter(TWO, "Bash", { command: "ls" }, "a")).toBeNull();
  });

  it("says in a line what a change is about", () => {
    expect(aboutTodo({ taskId: "1", status: "in_progress" }, TWO)).toBe("Write the tests: in progress");
    expect(aboutTodo({ taskId: "9", status: "deleted" }, null)).toBe("#9: removed");
    expect(aboutTodo({ taskId: "2" }, TWO)).toBe("Mend the parser");
  });
});
