// @vitest-environment jsdom
import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakePage, held } from "../live/fake-server";
import { useChat } from "./use-chats";

const fake = fakePage();
const conversation = { conversation_id: "c1", task_id: "m2", status: "running", messages: 2, cost_usd: 0 };
const message = (task_id: string) => ({ task_id, status: "running", last_seq: 1, cost_usd: 0 });
const page = (task_id: string, next_cursor: string | null) => ({
  ...{ conversation, items: [message(task_id)], next_cursor },
});

function chat() {
  const { result } = renderHook(() => useChat("c1"), fake);
  const shown = () =>
    result.current.data?.pages.flatMap(({ items }) =>
      items.map(({ task_id, status }) => `${task_id} ${status}`),
    );
  return { shown, earlier: () => void act(() => void result.current.fetchNextPage()) };
}

it("keeps what is said and answered while earlier messages are on their way", async () => {
  const before = held();
  fake.server.answers["/api/chat/c1"] = (query) =>
    query.get("cursor") ? before.answer : page("m2", "older");
  const { shown, earlier } = chat();
  await waitFor(() => expect(shown()).toEqual(["m2 running"]));
  earlier();
  act(() => {
    fake.server.tell("m2", 2, "task.completed", { usage: {}, result: "Done." });
    fake.server.tell("m3", 1, "task.created", { ...message("m3"), conversation_id: "c1" });
  });
  await waitFor(() => expect(shown()).toEqual(["m3 running", "m2 completed"]));
  before.give(page("m1", null));
  await waitFor(() => expect(shown()).toEqual(["m3 running", "m2 completed", "m1 running"]));
});
