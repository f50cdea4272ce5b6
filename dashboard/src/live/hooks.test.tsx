// @vitest-environment jsdom
import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakePage, held } from "./fake-server";
import { useTasks, useWaiting } from "./hooks";

const fake = fakePage();
const task = (task_id: string) => ({ task_id, status: "running", last_seq: 1 });

it("a task that ends while older ones are loaded is not shown as one that runs", async () => {
  const older = held();
  fake.server.answers["/api/tasks"] = (query) => {
    if (query.get("cursor")) return older.answer;
    return { items: [task("b")], next_cursor: query.has("status") ? null : "older" };
  };
  const { result } = renderHook(useTasks, fake);
  const shown = () => result.current.tasks.map(({ task_id, status }) => `${task_id} ${status}`);
  await waitFor(() => expect(shown()).toEqual(["b running"]));
  act(() => void result.current.recent.fetchNextPage());
  act(() => fake.server.tell("b", 2, "task.completed", { usage: {}, result: null }));
  await waitFor(() => expect(shown()).toEqual(["b completed"]));
  older.give({ items: [task("a")], next_cursor: null });
  await waitFor(() => expect(shown()).toEqual(["b completed", "a running"]));
});

it("counts the tasks that need an answer, and none that is only open for a message", async () => {
  const rests = { ...task("c"), status: "waiting_input", waiting_reason: "input" };
  fake.server.answers["/api/tasks"] = (query) => ({
    items: query.getAll("status").includes("queued") ? [] : [rests, task("b"), task("a")],
    next_cursor: null,
  });
  const { result } = renderHook(useWaiting, fake);
  await waitFor(() => expect(fake.live.client.isFetching()).toBe(0));
  expect(result.current).toBe(0);
  act(() => fake.server.tell("a", 2, "approval.requested"));
  act(() => fake.server.tell("b", 2, "approval.requested"));
  await waitFor(() => expect(result.current).toBe(2));
  act(() => fake.server.tell("a", 3, "task.continued"));
  await waitFor(() => expect(result.current).toBe(1));
});
