import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { MessagePage } from "../api/chat";
import type { TaskPage } from "../api/machine";
import type { Task } from "../domain/task";
import { type FeedEvent, isTaskEvent } from "../feed/wire";
import { applyToCache, applyToRecent, keys } from "./cache";

const page = (...tasks: Array<Partial<Task>>): TaskPage => ({ items: tasks as Task[], next_cursor: null });
const event = (task_id: string, seq: number, type: string, data: object = {}) =>
  ({ task_id, seq, type, at: "2026-01-01T00:00:00Z", data }) as unknown as FeedEvent;
const created = (task_id: string) => event(task_id, 1, "task.created", { task_id, status: "queued" });

describe("the newest tasks", () => {
  const applied = (events: FeedEvent[], ...pages: TaskPage[]) =>
    events
      .filter(isTaskEvent)
      .reduce(applyToRecent, { pages, pageParams: pages.map(() => null) })
      .pages.map(({ items }) => items);

  it("get new ones at their front, each once", () => {
    const before = page({ task_id: "a", last_seq: 3 });
    const [items] = applied([created("b"), created("b"), created("a")], before, page());
    expect(items?.map(({ task_id }) => task_id)).toEqual(["b", "a"]);
  });

  it("take only what is newer than they are, on whichever page", () => {
    const events = [
      event("a", 2, "task.started", { attempt: 1 }),
      event("a", 4, "task.waiting", { reason: "input" }),
    ];
    const [, items] = applied(events, page(), page({ task_id: "a", status: "running", last_seq: 3 }));
    expect(items?.[0]).toMatchObject({ status: "waiting_input", waiting_reason: "input", last_seq: 4 });
  });
});

it("stands among what is open, but not among the newest work, when it is said to the Brain", () => {
  const client = new QueryClient();
  client.setQueryData(keys.active, { items: [], hasMore: false });
  client.setQueryData(keys.recent, { pages: [page()], pageParams: [null] });
  for (const lane of ["chat", "work"])
    applyToCache(client, event(lane, 1, "task.created", { task_id: lane, status: "queued", lane }));
  const ids = (found: TaskPage | undefined) => found?.items.map(({ task_id }) => task_id);
  expect(ids(client.getQueryData(keys.active))).toEqual(["work", "chat"]);
  expect(ids(client.getQueryData<{ pages: TaskPage[] }>(keys.recent)?.pages[0])).toEqual(["work"]);
});

describe("what was loaded of definitions", () => {
  const isOld = (client: QueryClient, key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;
  const machineEvent = (type: string, data: object) =>
    ({ type, at: "2026-01-01T00:00:00Z", feed_seq: 1, data }) as unknown as FeedEvent;

  it("is old when one of its kind is another one than before", () => {
    const client = new QueryClient();
    const known = [
      keys.definitions("agents"),
      keys.definition("agents", "coding"),
      keys.definitions("skills"),
    ];
    for (const key of known) client.setQueryData(key, {});
    applyToCache(client, machineEvent("agent.status", { kind: "agent", name: "coding", state: "ready" }));
    expect(known.map((key) => isOld(client, key))).toEqual([true, true, false]);
  });

  it("is old for the webhook that something came in through, and for no other; what came in last is asked for soon", () => {
    const client = new QueryClient();
    const known = [keys.deliveries("shop"), keys.deliveries("other")];
    for (const key of known) client.setQueryData(key, {});
    const asked: unknown[] = [];
    const received = machineEvent("webhook.received", { webhook: "shop", delivery_id: "d" });
    applyToCache(client, received, (key) => asked.push(key));
    expect(known.map((key) => isOld(client, key))).toEqual([true, false]);
    expect(asked).toEqual([keys.recentDeliveries]);
  });
});

describe("what the machine says of budgets", () => {
  it("keeps those that are near their end or used up, and each once", () => {
    const client = new QueryClient();
    client.setQueryData(keys.status, { budgets: [] });
    client.setQueryData(keys.budgets, {});
    const tell = (scope: string, name: string, state: string) =>
      applyToCache(client, {
        ...{ type: "budget.status", at: "2026-01-01T00:00:00Z", feed_seq: 1, data: { scope, name, state } },
      } as unknown as FeedEvent);
    const known = () => client.getQueryData<{ budgets: Array<{ name: string; state: string }> }>(keys.status);
    tell("machine", "", "near");
    tell("user", "ada", "near");
    tell("machine", "", "used_up");
    expect(known()?.budgets.map(({ name, state }) => [name, state])).toEqual([
      ["ada", "near"],
      ["", "used_up"],
    ]);
    expect(client.getQueryState(keys.budgets)?.isInvalidated).toBe(true);
    tell("machine", "", "free");
    expect(known()?.budgets.map(({ name }) => name)).toEqual(["ada"]);
  });
});

describe("conversations with the Brain, while another page is looked at", () => {
  const client = new QueryClient();
  const message = { task_id: "m1", status: "running", last_seq: 3, cost_usd: 0 };
  const conversation = { conversation_id: "c1", task_id: "m1", status: "running", messages: 1, cost_usd: 0 };
  client.setQueryData(keys.chat("c1"), {
    pages: [{ conversation, items: [message], next_cursor: null }],
    pageParams: [null],
  });
  client.setQueryData([...keys.chats, ""], {
    pages: [{ items: [conversation], next_cursor: null }],
    pageParams: [null],
  });

  it("are as the feed says, so that a message that has ended is not shown as under way", () => {
    applyToCache(client, event("m1", 4, "task.completed", { result: "Done.", usage: {} }));
    const loaded = client.getQueryData<{ pages: MessagePage[] }>(keys.chat("c1"));
    expect(loaded?.pages[0]?.items[0]).toMatchObject({ status: "completed", last_seq: 4 });
    expect(loaded?.pages[0]?.conversation.status).toBe("completed");
  });

  it("are asked for again when there is one more", () => {
    const client = new QueryClient();
    client.setQueryData([...keys.chats, ""], { pages: [], pageParams: [] });
    applyToCache(client, event("m2", 1, "task.created", { task_id: "m2", lane: "work" }));
    expect(client.getQueryState([...keys.chats, ""])?.isInvalidated).toBe(false);
    applyToCache(client, event("m3", 1, "task.created", { task_id: "m3", lane: "chat" }));
    expect(client.getQueryState([...keys.chats, ""])?.isInvalidated).toBe(true);
  });
});

it("stays marked as old when an event changes it before it is asked for again", () => {
  const client = new QueryClient();
  const old = { conversation: {}, items: [{ task_id: "m1", last_seq: 1 }], next_cursor: null };
  client.setQueryData(keys.chat("c1"), { pages: [old], pageParams: [null] });
  void client.invalidateQueries({ queryKey: keys.chat("c1") });
  applyToCache(client, event("m1", 2, "task.started", { attempt: 1 }));
  const { data, isInvalidated } = client.getQueryState<{ pages: MessagePage[] }>(keys.chat("c1")) ?? {};
  expect([data?.pages[0]?.items[0]?.status, isInvalidated]).toEqual(["running", true]);
});
