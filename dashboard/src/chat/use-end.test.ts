import { describe, expect, it } from "vitest";
import { follows } from "./use-end";

const box = (scrollTop: number, scrollHeight: number) => ({ scrollTop, scrollHeight, clientHeight: 500 });

describe("the end of a conversation", () => {
  it("is followed though a message was loaded between a scroll to it and what the browser says of that scroll", () => {
    expect(follows(true, 0, box(700, 1_900))).toBe(true);
    expect(follows(true, 700, box(700, 1_900))).toBe(true);
  });

  it("is left by who goes up, and found again by who comes near", () => {
    expect(follows(true, 700, box(600, 1_200))).toBe(false);
    expect(follows(false, 600, box(650, 1_200))).toBe(true);
    expect(follows(false, 100, box(300, 1_200))).toBe(false);
  });

  it("is not left when what is shown became shorter", () => {
    expect(follows(true, 700, box(300, 800))).toBe(true);
  });
});
