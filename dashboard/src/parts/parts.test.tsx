// @vitest-environment jsdom
import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ago, dollars, duration, tokens } from "../domain/format";
import { toolAbout, toolTitle } from "../task/tool-summary";
import { Ansi } from "./ansi";
import { changedLines } from "./diff";
import { head } from "./output";

describe("Ansi", () => {
  it("shows colours as classes and keeps every character", () => {
    const { container } = render(
      <Ansi text={"\u001b[31mred <b>\u001b[0m plain \u001b[1;38;2;1;2;3mrgb\u001b[0m"} />,
    );
    expect(container.textContent).toBe("red <b> plain rgb");
    expect(container.querySelector(".ansi-red")?.textContent).toBe("red <b>");
    expect(container.querySelector("b")).toBeNull();
  });
});

describe("changedLines", () => {
  it("shows what changed with a little around it", () => {
    const before = ["1", "2", "3", "4", "5", "6", "7", "8"].join("\n");
    const lines = changedLines(before, before.replace("8", "eight"));
    expect(lines?.map(({ mark, text }) => mark + text)).toEqual([" 5", " 6", " 7", "-8", "+eight"]);
  });

  it("gives up on what is too large", () => {
    expect(changedLines("x".repeat(50_000), "y".repeat(50_000))).toBeNull();
  });
});

describe("head", () => {
  it("counts the lines that are left", () => {
    expect(head("a\nb\nc\nd", 2)).toEqual({ shown: "a\nb", more: 2 });
    expect(head("a\nb\n", 2)).toEqual({ shown: "a\nb", more: 0 });
    expect(head("a", 2)).toEqual({ shown: "a", more: 0 });
  });
});

it("says what a tool call is about in one line", () => {
  expect(toolAbout("Bash", { command: "ls -l\nrm x" })).toBe("ls -l");
  expect(toolAbout("Read", { file_path: "/d/workspaces/task_1/src/a.py" })).toBe("src/a.py");
  expect(toolAbout("Other", { deep: { x: 1 } })).toBe("");
  expect(toolTitle("mcp__github__list_issues")).toBe("github · list_issues");
});

it("writes numbers as people do", () => {
  expect([tokens(950), tokens(12_345), tokens(1_200_000)]).toEqual(["950", "12.3k", "1.2M"]);
  expect([dollars(0), dollars(0.00123), dollars(1.5)]).toEqual(["$0", "$0.0012", "$1.50"]);
  expect([duration(8.2), duration(125), duration(12_000)]).toEqual(["8 s", "2 min 5 s", "3 h 20 min"]);
  expect(ago("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:05:30Z"))).toBe("5 min");
});
