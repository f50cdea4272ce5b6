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

  it("is what it asks, as long as that is open", () => {
    const asks = (status: string, more: object) =>
      ({ kind: "approval", approval: { status, title: "", tool_name: "Bash", input: {}, ...more } }) as Item;
    const permission = { kind: "permission", input: { command: "rm -rf build", description: "Tidy up" } };
    const question = { kind: "question", input: { questions: [{ question: "Which one?", options: [] }] } };
    const bash = tool("Bash", { command: "ls" });
    expect(lastLine([asks("pending", permission), bash])).toBe("Permission needed: Bash rm -rf build");
    expect(lastLine([bash, asks("pending", question)])).toBe("Which one?");
    expect(lastLine([asks("pending", { kind: "plan" })])).toBe("Proposes a plan");
    expect(lastLine([bash, asks("answered", permission)])).toBe("Bash ls");
  });

  it("passes over what says nothing", () => {
    expect(lastLine([text("kept"), text("  \n"), { kind: "marker" } as Item])).toBe("kept");
    expect(lastLine([])).toBe("");
  });
});
