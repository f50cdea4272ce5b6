import { describe, expect, it } from "vitest";
import type { Task } from "../domain/task";
import { commandsOf, doingsOf, found, search } from "./commands";

const known = {
  tasks: [{ task_id: "task_1", title: "Mend the code of the shop" }] as Task[],
  definitions: {
    agents: [{ name: "code-review", description: "", enabled: true }],
    skills: [],
    schedules: [],
    webhooks: [{ name: "shop", description: "", enabled: true }],
  },
  chats: [{ conversation_id: "conv_1", title: "How to bake bread" }],
  mayCreate: true,
};
const names = (typed: string) => search(commandsOf(known), typed, 10).map(({ name }) => name);

describe("the palette", () => {
  it("finds every word that was typed, beginnings first", () => {
    expect(names("code")).toEqual(["code-review", "Mend the code of the shop"]);
    expect(names("shop web")).toEqual(["shop"]);
    expect(names("nothing like this")).toEqual([]);
  });

  it("offers to create only to those who may", () => {
    expect(names("new agent")).toEqual(["New agent"]);
    expect(commandsOf({ ...known, mayCreate: false }).filter(({ kind }) => kind === "Create")).toEqual([]);
  });

  it("leads to pages of settings only those who may see them", () => {
    expect(names("settings")[0]).toBe("Settings");
    expect(names("audit")).toEqual(["Audit log"]);
    const member = commandsOf({ ...known, mayCreate: false });
    expect(search(member, "audit", 10)).toEqual([]);
    expect(search(member, "tokens", 10).map(({ to }) => to)).toEqual(["/settings/tokens"]);
  });

  it("knows the address of everything", () => {
    const found = Object.fromEntries(commandsOf(known).map(({ id, to }) => [id, to]));
    expect(found["/agents/code-review"]).toBe("/agents/code-review");
    expect(found.task_1).toBe("/tasks/task_1");
  });

  it("finds a message to the Brain by its conversation only", () => {
    const said = { task_id: "task_2", title: "How to bake", lane: "chat", conversation_id: "conv_1" } as Task;
    const all = commandsOf({ ...known, tasks: [...known.tasks, said] });
    expect(search(all, "bake", 10).map(({ id, to }) => [id, to])).toEqual([["conv_1", "/chat/conv_1"]]);
  });

  it("ends with a search of all tasks, whatever else fits, and with none while nothing is typed", () => {
    const ends = (typed: string) => found(commandsOf(known), typed, 3).at(-1);
    expect(ends("code")).toMatchObject({ name: "Search tasks for “code”", to: "/tasks?q=code" });
    expect(ends(" a & b ")?.to).toBe("/tasks?q=a%20%26%20b");
    expect(ends("  ")?.id).not.toBe("search");
  });

  it("stops the task whose page is open, as its button does, while there is something to stop", () => {
    const open = { task_id: "task_1", status: "running", waiting_reason: null } as Task;
    const rests = { ...open, status: "waiting_input", waiting_reason: "input" } as Task;
    const all = [...commandsOf(known), ...doingsOf(open)];
    expect(search(all, "stop", 10)[0]).toMatchObject({ name: "Stop this task", stops: "task_1" });
    expect(search(all, "", 10).map(({ stops }) => stops)).not.toContain("task_1");
    expect(doingsOf(rests).map(({ name }) => name)).toEqual(["Close this task"]);
    expect([doingsOf({ ...open, status: "failed" }), doingsOf(undefined)]).toEqual([[], []]);
  });

  it("knows conversations, and colours", () => {
    expect(search(commandsOf(known), "bread", 10).map(({ to }) => to)).toEqual(["/chat/conv_1"]);
    expect(search(commandsOf(known), "dark", 10).map(({ theme }) => theme)).toEqual(["dark"]);
  });
});
