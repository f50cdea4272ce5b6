import { describe, expect, it } from "vitest";
import type { Item } from "../domain/items";
import { lastLine } from "./last-line";

const text = (value: string, kind = "text") => ({ kind, text: value }) as Item;
const tool = (name: string, input: object) => ({ kind: "tool", name, input }) as Item;

describe("the last line of a task", () => {
  it("is the last one that the agent wrote", () => {
    expect(lastLine([text("one\ntwo\n\n")])).toBe("two");
    expect(lastLine([text("# A **heading**")])).toBe("A **heading**");
  });

  it("is the tool that it uses, with what it is about", () => {
    expect(lastLine([text("I look."), tool("Bash", { command: "npm test" })])).toBe("Bash npm test");
  });

  it("passes over what says nothing", () => {
    expect(lastLine([text("kept"), text("  \n"), { kind: "marker" } as Item])).toBe("kept");
    expect(lastLine([])).toBe("");
  });
});
