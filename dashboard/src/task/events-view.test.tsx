// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { machine } from "../api/machine";
import type { Task } from "../domain/task";
import type { TaskEvent } from "../feed/wire";
import { EventsView } from "./events-view";

beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("asks for what follows, and for nothing twice, though the task changes all the time", async () => {
  let stored = 3;
  const asked: number[] = [];
  vi.spyOn(machine, "events").mockImplementation(async (_id, after) => {
    asked.push(after);
    const events = Array.from({ length: stored - after }, (_, at) => ({ seq: after + at + 1 }) as TaskEvent);
    return { events, last_seq: stored };
  });
  const client = new QueryClient();
  const view = (last_seq: number, cost_usd: number) => (
    <QueryClientProvider client={client}>
      <EventsView task={{ task_id: "t", status: "running", last_seq, cost_usd } as Task} />
    </QueryClientProvider>
  );
  const { rerender } = render(view(3, 0));
  await act(() => vi.advanceTimersByTimeAsync(100));
  expect(asked).toEqual([0]);
  stored = 9;
  for (let second = 1; second <= 6; second += 1) {
    rerender(view(9, second));
    await act(() => vi.advanceTimersByTimeAsync(1_000));
  }
  expect(asked).toEqual([0, 3]);
});
