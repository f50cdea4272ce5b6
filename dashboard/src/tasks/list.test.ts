import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { TaskPage } from "../api/machine";
import type { Task } from "../domain/task";
import type { TaskEvent } from "../feed/wire";
import { filterOf, fits, isNarrowed, sourceName } from "./filter";
import { applyToList, applyToLists, listKey, shortenLists, type TaskPages } from "./list";

const task = (task_id: string, more: Partial<Task> = {}): Task =>
  ({ task_id, title: task_id, input_message: "", status: "running", last_seq: 1, ...more }) as Task;
const event = (task_id: string, seq: number, type: string, data: object = {}) =>
  ({ task_id, seq, type, at: "2026-01-01T00:00:00Z", data }) as unknown as TaskEvent;
const pages = (...of: Task[][]): TaskPages => ({
  pages: of.map((items, at): TaskPage => ({ items, next_cursor: at === of.length - 1 ? null : `c${at}` })),
  pageParams: of.map((_, at) => (at === 0 ? null : `c${at - 1}`)),
});
const ids = (data: TaskPages) => data.pages.map(({ items }) => items.map(({ task_id }) => task_id));
const failed = { failure: { message: "No." }, usage: {}, result: null };

describe("a narrowed list and the feed", () => {
  it("gets a new task at its front if it fits, and only then", () => {
    const list = pages([task("b")]);
    const created = event("c", 1, "task.created", { ...task("c"), assigned_agent: "coder" });
    expect(ids(applyToList(list, { agent: "coder" }, created, undefined))).toEqual([["c", "b"]]);
    expect(applyToList(list, { agent: "planner" }, created, undefined)).toBe(list);
  });

  it("gets what is said to the Brain only where chats are wanted", () => {
    const list = pages([task("b")]);
    const said = task("c", { lane: "chat" });
    const created = event("c", 1, "task.created", said);
    expect(applyToList(list, {}, created, undefined)).toBe(list);
    expect(ids(applyToList(list, { chats: true }, created, undefined))).toEqual([["c", "b"]]);
    const asks = event("c", 2, "approval.requested");
    expect(applyToList(list, { status: "waiting_input" }, asks, said)).toBe(list);
  });

  it("loses a task that no longer belongs, and keeps the others as they are", () => {
    const list = pages([task("c"), task("b")], [task("a")]);
    const after = applyToList(list, { status: "active" }, event("b", 2, "task.failed", failed), undefined);
    expect(ids(after)).toEqual([["c"], ["a"]]);
    expect(after.pages[1]).toBe(list.pages[1]);
  });

  it("gets a task that now belongs in the place of its age", () => {
    const list = pages([task("d", { status: "failed" })], [task("a", { status: "failed" })]);
    const after = applyToList(list, { status: "failed" }, event("c", 2, "task.failed", failed), task("c"));
    expect(ids(after)).toEqual([["d"], ["c", "a"]]);
  });

  it("does not put an older task at the end of what is loaded only in part", () => {
    const list: TaskPages = { pages: [{ items: [task("d")], next_cursor: "more" }], pageParams: [null] };
    expect(applyToList(list, {}, event("a", 2, "task.failed", failed), task("a"))).toBe(list);
  });

  it("is found by its own filter among all that are loaded", () => {
    const client = new QueryClient();
    client.setQueryData(["tasks", "active"], { items: [task("c")], next_cursor: null });
    client.setQueryData(listKey({ status: "failed" }), pages([]));
    client.setQueryData(listKey({ status: "running" }), pages([task("c")]));
    applyToLists(client, event("c", 2, "task.failed", failed));
    expect(ids(client.getQueryData(listKey({ status: "failed" })) as TaskPages)).toEqual([["c"]]);
    expect(ids(client.getQueryData(listKey({ status: "running" })) as TaskPages)).toEqual([[]]);
  });

  it("is asked for again from its beginning only, after a gap", () => {
    const client = new QueryClient();
    client.setQueryData(listKey({}), pages([task("e")], [task("d")], [task("c")], [task("b")], [task("a")]));
    shortenLists(client);
    const data = client.getQueryData(listKey({})) as TaskPages;
    expect([data.pages.length, data.pageParams.length]).toEqual([3, 3]);
  });
});

describe("what an address narrows the list to", () => {
  it("is taken as far as it makes sense", () => {
    const search = { status: "failed", source: "nonsense", agent: "", q: 42, other: "x" };
    expect(filterOf(search)).toEqual({ status: "failed", q: "42" });
  });

  it("takes chats in by a plain yes, which narrows nothing", () => {
    expect([true, "yes", 1, false].map((chats) => filterOf({ chats }))).toEqual([
      { chats: true },
      {},
      {},
      {},
    ]);
    expect([{}, { chats: true }, { chats: true, q: "tea" }].map(isNarrowed)).toEqual([false, false, true]);
  });

  it("fits tasks as the machine does: all words, in title or message, large or small", () => {
    const one = task("a", { title: "Fix the Login", input_message: "of the shop" });
    expect(["login SHOP", "log", ""].map((q) => fits(one, { q }))).toEqual([true, true, true]);
    expect(fits(one, { q: "login nowhere" })).toBe(false);
    expect(fits(one, { status: "active" })).toBe(true);
    expect(fits(one, { status: "queued" })).toBe(false);
  });
});

it("sources are called by their names, and unknown ones by their words", () => {
  expect(["api", "schedule", "pigeon"].map(sourceName)).toEqual(["API", "Schedule", "pigeon"]);
});
