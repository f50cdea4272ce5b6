import { describe, expect, it } from "vitest";
import type { Item } from "../domain/items";
import { hitsIn } from "./finding";

const text = (value: string) => ({ kind: "text", text: value, children: [] }) as unknown as Item;
const tool = (input: object, result: string, children: Item[] = []) =>
  ({ kind: "tool", name: "Bash", input, inputText: "", result, children }) as unknown as Item;

describe("searching a conversation", () => {
  const items = [
    text("The Login works."),
    tool({ command: "grep -r login" }, "nothing"),
    tool({ command: "ls" }, "login.py"),
    text("Done."),
    tool({}, "", [text("inside: LOGIN")]),
  ];

  it("finds words in what was said, asked, answered, and done by sub-agents", () => {
    expect(hitsIn(items, "login")).toEqual([0, 1, 2, 4]);
    expect(hitsIn(items, " bash ")).toEqual([1, 2, 4]);
  });

  it("finds nothing for nothing", () => {
    expect([hitsIn(items, "  "), hitsIn(items, "absent")]).toEqual([[], []]);
  });
});
