// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { Unread } from "./unread";

describe("answers that nobody has looked at", () => {
  it("are news of their conversation until somebody looks at it, however many they are", () => {
    const unread = new Unread();
    unread.arrived("m1", "c1");
    unread.arrived("m2", "c1");
    unread.arrived("m3", "c2");
    expect([...unread.chats()]).toEqual(["c1", "c2"]);
    unread.look("m2", "c1");
    expect([...unread.chats()]).toEqual(["c2"]);
  });

  it("are none where somebody looks at the conversation as they come", () => {
    const unread = new Unread();
    unread.look("m1", "c1");
    unread.arrived("m2", "c1");
    expect(unread.tasks.get().size).toBe(0);
    unread.look(null);
    unread.arrived("m2", "c1");
    expect([...unread.tasks.get().keys()]).toEqual(["m2"]);
  });

  it("are looked at on the page of their task, each for itself", () => {
    const unread = new Unread();
    unread.arrived("m1", "c1");
    unread.arrived("m2", "c1");
    unread.look("m1");
    expect([...unread.tasks.get().keys()]).toEqual(["m2"]);
  });
});
