// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Task } from "../domain/task";
import type { FeedEvent } from "../feed/wire";
import { Notices } from "./notices";

const shown: string[] = [];

class FakeNotification {
  static permission = "granted";
  constructor(title: string, options: { body: string }) {
    shown.push(`${title} | ${options.body}`);
  }
}

const task = { task_id: "a", title: "Fix it", user_id: "me" } as Task;
const event = (type: string, data: object, at = new Date(), seq = 2) =>
  ({ type, task_id: "a", seq, at: at.toISOString(), data }) as unknown as FeedEvent;
const ended = event("task.completed", { result: "It works.\nAll of it." });

let looksAt = "";
let me = "me";
const around = {
  taskOf: (id: string) => (id === "a" ? task : undefined),
  load: async (id: string) => {
    if (id === "gone") throw new Error("There is no such task.");
    return { ...task, task_id: id, title: "An old one" };
  },
  me: () => me,
  isLookedAt: (id: string) => id === looksAt,
};

describe("notices of the browser", () => {
  beforeEach(() => {
    Object.assign(window, { Notification: FakeNotification, isSecureContext: true });
    localStorage.setItem("notices", "on");
  });
  afterEach(() => {
    shown.length = 0;
    [looksAt, me] = ["", "me"];
    localStorage.clear();
  });

  it("tell how a task of one's own ended, and that it asks", () => {
    const notices = new Notices(around);
    notices.arrived(ended);
    notices.arrived(event("approval.requested", { title: "Run npm test", tool_name: "Bash" }, new Date(), 3));
    notices.arrived(event("task.failed", { failure: { message: "No login." } }, new Date(), 4));
    expect(shown).toEqual([
      "Done: Fix it | It works.",
      "Needs your answer: Fix it | Run npm test",
      "Failed: Fix it | No login.",
    ]);
  });

  it("are shown once of what is told again after a break", () => {
    const notices = new Notices(around);
    const asked = event("approval.requested", { title: "Run npm test", tool_name: "Bash" });
    const done = event("task.completed", { result: "" }, new Date(), 5);
    for (const told of [asked, done, asked, done]) notices.arrived(told);
    expect(shown).toHaveLength(2);
  });

  it("are silent about what is looked at, others' tasks, old news and steps on the way", () => {
    const notices = new Notices(around);
    looksAt = "a";
    notices.arrived(ended);
    looksAt = "";
    me = "somebody else";
    notices.arrived(ended);
    me = "me";
    notices.arrived(event("task.completed", { result: "" }, new Date(Date.now() - 3_600_000)));
    notices.arrived(event("task.started", { attempt: 1 }));
    expect(shown).toEqual([]);
  });

  it("look up a task that no list knows, and say nothing where it is gone", async () => {
    const notices = new Notices(around);
    const asks = { title: "Run npm test", tool_name: "Bash" };
    notices.arrived({ ...event("approval.requested", asks), task_id: "old" } as FeedEvent);
    notices.arrived({ ...event("approval.requested", asks), task_id: "gone" } as FeedEvent);
    notices.arrived({ ...event("task.started", { attempt: 1 }), task_id: "old" } as FeedEvent);
    await vi.waitFor(() => expect(shown).toEqual(["Needs your answer: An old one | Run npm test"]));
  });

  it("are off, and say why, where only installed programs may tell something", async () => {
    class OnlyInstalled {
      static permission = "default";
      constructor() {
        throw new TypeError("Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.");
      }
      static requestPermission = () => Promise.resolve("granted");
    }
    Object.assign(window, { Notification: OnlyInstalled });
    const notices = new Notices(around);
    expect(notices.permission()).toBe("pages_cannot");
    await notices.switch(true);
    expect(notices.isOn.get()).toBe(false);
    // With leave given before, only a try tells.
    OnlyInstalled.permission = "granted";
    await notices.switch(true);
    notices.show("A test", "", null);
    expect([notices.isOn.get(), notices.permission()]).toEqual([false, "pages_cannot"]);
    expect(localStorage.getItem("notices")).toBeNull();
  });

  it("are off until somebody asks for them, and where the browser does not allow them", async () => {
    localStorage.clear();
    const notices = new Notices(around);
    notices.arrived(ended);
    expect(shown).toEqual([]);
    await notices.switch(true);
    expect([notices.isOn.get(), localStorage.getItem("notices")]).toEqual([true, "on"]);
    FakeNotification.permission = "denied";
    await notices.switch(true);
    expect([notices.isOn.get(), localStorage.getItem("notices")]).toEqual([false, null]);
    FakeNotification.permission = "granted";
  });
});
