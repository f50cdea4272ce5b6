import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { Task } from "../domain/task";
import type { TaskEvent } from "../feed/wire";
import { applyToCache, keys } from "./cache";
import { applyToOpen, isOld, type OpenTasks } from "./open-tasks";

const id = (number: number) => `task_${String(number).padStart(5, "0")}`;
const task = (number: number, more: Partial<Task> = {}) =>
  ({ task_id: id(number), status: "queued", last_seq: 1, ...more }) as Task;
const event = (number: number, seq: number, type: string, data: object = {}) =>
  ({ task_id: id(number), seq, type, at: "2026-01-01T00:00:00Z", data }) as unknown as TaskEvent;
const created = (number: number) => event(number, 1, "task.created", task(number));
const ended = (number: number) => event(number, 2, "task.completed", { result: "", usage: {} });
const nothing: OpenTasks = { items: [], hasMore: false };

describe("the tasks that are open", () => {
  it("keep one that waits for an answer, however many are queued after it", () => {
    const asks = task(0, { status: "waiting_input", waiting_reason: "approval" });
    let open: OpenTasks = { items: [asks], hasMore: false };
    for (let number = 1; number <= 7_000; number += 1) open = applyToOpen(open, created(number));
    expect(open.items).toContain(asks);
    expect([open.items.length, open.items[0]?.task_id, open.hasMore]).toEqual([151, id(7_000), true]);
  });

  it("are rid of what has ended", () => {
    const one = applyToOpen(nothing, created(1));
    expect(applyToOpen(one, ended(1)).items).toEqual([]);
    expect(applyToOpen(one, ended(2))).toBe(one);
  });

  it("are old when one of which they do not know is at work, and when the queue's rest is due", () => {
    const started = event(1, 2, "task.started", { attempt: 1 });
    expect(isOld(nothing, started)).toBe(true);
    expect(isOld(applyToOpen(nothing, created(1)), started)).toBe(false);
    expect(isOld(nothing, ended(1))).toBe(false);
    expect(isOld({ items: [task(1)], hasMore: true }, ended(2))).toBe(true);
  });
});

describe("a page left open while thousands of tasks come and go", () => {
  it("keeps no more of them than it shows at first, and asks anew", () => {
    const client = new QueryClient();
    const asked: unknown[] = [];
    const page = { items: [task(0)], next_cursor: "older" };
    client.setQueryData(keys.active, nothing);
    client.setQueryData(keys.recent, { pages: [page, page], pageParams: [null, "older"] });
    for (let number = 1; number <= 200; number += 1) {
      applyToCache(client, created(number), (key) => asked.push(key));
      applyToCache(client, ended(number), (key) => asked.push(key));
    }
    expect(client.getQueryData<OpenTasks>(keys.active)?.items).toEqual([]);
    expect(client.getQueryData<{ pages: unknown[] }>(keys.recent)?.pages.length).toBe(1);
    expect(asked[0]).toEqual(keys.recent);
  });

  it("asks for none anew because of others' steps", () => {
    const client = new QueryClient();
    const asked: unknown[] = [];
    client.setQueryData(keys.active, { items: [task(1)], hasMore: false });
    for (const one of [event(1, 2, "task.started", { attempt: 1 }), event(1, 3, "task.metrics")])
      applyToCache(client, one, (key) => asked.push(key));
    expect(asked).toEqual([]);
  });
});
