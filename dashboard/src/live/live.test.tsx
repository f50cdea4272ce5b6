// @vitest-environment jsdom
import { waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { listKey } from "../tasks/list";
import { keys } from "./cache";
import { fakePage } from "./fake-server";

const fake = fakePage();

it("what is old after a gap, and not looked at, stays so when something happens to it", async () => {
  const { client } = fake.live;
  const list = listKey({ status: "active" });
  const task = { task_id: "a", status: "queued", last_seq: 1 };
  client.setQueryData(list, { pages: [{ items: [task], next_cursor: null }], pageParams: [null] });
  client.setQueryData(keys.status, { machine: {}, budgets: [] });
  const areOld = () => [list, keys.status].map((key) => client.getQueryState(key)?.isInvalidated);
  fake.server.forget();
  fake.live.feed.connection.retryNow();
  await waitFor(() => expect(areOld()).toEqual([true, true]));
  fake.server.tell("a", 5, "task.started", { attempt: 1 });
  fake.server.happens({ type: "machine.status", data: { running: 1 } });
  expect(client.getQueryData(list)).toMatchObject({ pages: [{ items: [{ status: "running" }] }] });
  expect(client.getQueryData(keys.status)).toMatchObject({ machine: { running: 1 } });
  expect(areOld()).toEqual([true, true]);
});
