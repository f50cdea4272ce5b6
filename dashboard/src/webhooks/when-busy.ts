import type { Trigger } from "../api/webhooks";

/** What becomes of an event while a task of an earlier one about the same is not done. */
export const WHEN_BUSY: ReadonlyMap<Trigger["when_busy"], string> = new Map([
  ["enqueue", "A task of its own waits"],
  ["skip", "Nothing is started"],
  ["replace", "The earlier task is stopped"],
  ["continue", "It goes on in the same conversation"],
]);
