// @vitest-environment jsdom
import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Task } from "../domain/task";
import { keys } from "../live/cache";
import { fakePage, held } from "../live/fake-server";
import type { TaskFilter } from "./filter";
import { useTaskList } from "./use-list";

const fake = fakePage();
const ENDED = { usage: {}, result: null };
const task = (task_id: string, more: Partial<Task> = {}) => ({
  task_id,
  status: "running",
  last_seq: 1,
  ...more,
});

function list(filter: TaskFilter) {
  const { result } = renderHook(() => useTaskList(filter), fake);
  return () => result.current.tasks.map(({ task_id, status }) => `${task_id} ${status}`);
}

it("keeps what happened to a task of the first page while the next one is on its way", async () => {
  const next = held();
  fake.server.answers["/api/tasks"] = (query) =>
    query.get("cursor") ? next.answer : { items: [task("d"), task("c")], next_cursor: "older" };
  const shown = list({});
  await waitFor(() => expect(shown()).toEqual(["d running", "c running"]));
  act(() => fake.server.tell("d", 2, "task.completed", ENDED));
  await waitFor(() => expect(shown()[0]).toBe("d completed"));
  next.give({ items: [task("b")], next_cursor: null });
  await waitFor(() => expect(shown()).toEqual(["d completed", "c running", "b running"]));
});

it("keeps a task that came in its place while the next page was on its way", async () => {
  const next = held();
  const completed = { status: "completed" } as const;
  fake.server.answers["/api/tasks"] = (query) =>
    query.get("cursor") ? next.answer : { items: [task("b", completed)], next_cursor: "older" };
  fake.live.client.setQueryData(keys.active, { items: [task("c")], hasMore: false });
  const shown = list({ status: "completed" });
  await waitFor(() => expect(shown()).toEqual(["b completed"]));
  act(() => fake.server.tell("c", 2, "task.completed", ENDED));
  await waitFor(() => expect(shown()).toEqual(["c completed", "b completed"]));
  next.give({ items: [task("a", completed)], next_cursor: null });
  await waitFor(() => expect(shown()).toEqual(["c completed", "b completed", "a completed"]));
});

it("has a task that began to belong to it while it was loaded for the first time", async () => {
  const first = held();
  fake.server.answers["/api/tasks"] = () => first.answer;
  fake.live.client.setQueryData(keys.recent, { pages: [{ items: [task("b")] }], pageParams: [null] });
  const shown = list({ status: "completed" });
  act(() => fake.server.tell("b", 2, "task.completed", ENDED));
  first.give({ items: [], next_cursor: null });
  await waitFor(() => expect(shown()).toEqual(["b completed"]));
});

it("asks once more where that task is known nowhere else", async () => {
  const first = held();
  const answers = [
    first.answer,
    { items: [task("b", { status: "completed", last_seq: 2 })], next_cursor: null },
  ];
  fake.server.answers["/api/tasks"] = () => answers.shift() ?? {};
  const shown = list({ status: "completed" });
  act(() => fake.server.tell("b", 2, "task.completed", ENDED));
  first.give({ items: [], next_cursor: null });
  await waitFor(() => expect(shown()).toEqual(["b completed"]));
});
