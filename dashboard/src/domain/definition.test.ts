import { describe, expect, it } from "vitest";
import type { FeedEvent } from "../feed/wire";
import {
  describingTask,
  faultAt,
  fieldFaults,
  inWords,
  lacking,
  nameFault,
  nameFaults,
  ownerOf,
  splitList,
  withoutDefaults,
} from "./definition";

const fault = (path: string) => ({ path, reason: "is no YAML", line: 2, field: "" });

describe("names", () => {
  it("are lower-case words with hyphens inside", () => {
    for (const good of ["a", "code-review", "x".repeat(64)]) expect(nameFault(good)).toBeNull();
    for (const bad of ["", "-a", "a-", "Code", "a b", "x".repeat(65)]) expect(nameFault(bad)).toBeTruthy();
  });
});

describe("faults of files", () => {
  it("belong to a folder, or to the one file of that name", () => {
    expect(ownerOf(fault("agents/coding/agent.yaml"))).toBe("coding");
    expect(ownerOf(fault("skills/deep/scripts/run.sh"))).toBe("deep");
    expect(ownerOf(fault("webhooks/shop.yaml"))).toBe("shop");
  });
});

describe("faults of a form", () => {
  const faults = fieldFaults([
    { where: "body.triggers.0.prompt", what: "Value error, line 1: unexpected '}'" },
    { where: "files.agent.yaml:3.max_turns", what: "Input should be greater than 0" },
    { where: "body", what: "Value error, a secret is needed" },
  ]);

  it("are found by their field, wherever the machine saw them", () => {
    expect(faults.map(({ path }) => path)).toEqual([["triggers", 0, "prompt"], ["max_turns"], []]);
    expect(faultAt(faults, "triggers", 0, "prompt")).toBe("line 1: unexpected '}'");
    expect(faultAt(faults, "triggers", 1)).toBeUndefined();
    expect(faultAt(faults, "triggers", 0)).toContain("prompt: ");
  });

  it("are said in words for people", () => {
    expect(inWords("Field required")).toBe("Must not be missing.");
    expect(inWords("Input should be less than 5")).toBe("Out of range: Input should be less than 5.");
    expect(inWords("anything else")).toBe("anything else");
  });
});

describe("lists in one line", () => {
  it("are parted by commas that stand outside of brackets", () => {
    expect(splitList("Read, Bash(git log:*, -n 5),,\n Grep ")).toEqual([
      "Read",
      "Bash(git log:*, -n 5)",
      "Grep",
    ]);
    expect(splitList(" ")).toEqual([]);
  });
});

describe("what is written into a file", () => {
  it("leaves out what is as it is anyway", () => {
    const plain = { model: null, priority: 0, tools: [] };
    expect(withoutDefaults({ model: null, priority: 3, tools: [] }, plain)).toEqual({ priority: 3 });
  });
});

describe("the task that writes a draft", () => {
  const created = (type: string, describes: string | undefined) =>
    ({
      ...{ type, task_id: "task_1", seq: 1, at: "" },
      data: {
        source_metadata: describes ? { describes } : {},
        input_message: "The description:\n\nReads logs",
      },
    }) as unknown as FeedEvent;

  it("is known by its kind and by the words that it was given", () => {
    expect(describingTask(created("task.created", "agent"), "agents", "Reads logs")).toBe("task_1");
    expect(describingTask(created("task.created", "skill"), "agents", "Reads logs")).toBeNull();
    expect(describingTask(created("task.created", "agent"), "agents", "Reads mail")).toBeNull();
    expect(describingTask(created("task.created", undefined), "agents", "Reads logs")).toBeNull();
    expect(describingTask(created("task.started", "agent"), "agents", "Reads logs")).toBeNull();
  });
});

describe("what is not written yet", () => {
  it("is asked for, whatever YAML has made of it", () => {
    for (const value of ["", " ", null, undefined])
      expect(lacking("message", value, "Say it.")).toEqual([{ path: ["message"], what: "Say it." }]);
    for (const value of ["x", 7, false]) expect(lacking("message", value, "Say it.")).toEqual([]);
  });

  it("is a name that can be one", () => {
    expect(nameFaults("tea-2")).toEqual([]);
    expect(nameFaults("Tea!")).toEqual([{ path: ["name"], what: expect.stringContaining("Lower-case") }]);
  });
});
