import { expect, it } from "vitest";
import { backoffMs } from "./backoff";

it("waits longer with every try, never longer than 15 s, and never the same for everybody", () => {
  const shortest = [0, 1, 2, 3, 4, 5, 6, 100].map((attempt) => backoffMs(attempt, 0));
  const longest = [0, 1, 2, 3, 4, 5, 6, 100].map((attempt) => backoffMs(attempt, 1));
  expect(shortest).toEqual([250, 500, 1000, 2000, 4000, 7500, 7500, 7500]);
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
});
