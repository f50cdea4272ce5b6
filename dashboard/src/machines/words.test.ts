import { describe, expect, it } from "vitest";
import type { Machine } from "../api/machines";
import { busyShare, computerText, parted, tasksText, usualVersion } from "./words";

function machine(changes: Partial<Machine>): Machine {
  return {
    machine_id: "w1",
    role: "worker",
    state: "ready",
    labels: [],
    version: "1.2.0",
    slots: 5,
    held_back: "",
    load: { running: 0, waiting: 0, cpu_percent: null, memory_percent: null },
    tasks: { queued: 0, running: 0, waiting: 0 },
    started_at: "2026-01-01T00:00:00Z",
    seen_at: "2026-01-01T00:00:00Z",
    lease_until: null,
    current: false,
    ...changes,
  };
}

describe("machines", () => {
  it("stand by name, those that are there before those that are not", () => {
    const items = [
      machine({ machine_id: "c", state: "lost" }),
      machine({ machine_id: "b" }),
      machine({ machine_id: "a", state: "draining" }),
      machine({ machine_id: "d", state: "gone" }),
    ];
    const { present, absent } = parted(items);
    expect(present.map((one) => one.machine_id)).toEqual(["a", "b"]);
    expect(absent.map((one) => one.machine_id)).toEqual(["c", "d"]);
  });

  it("have a usual version only where those that are there differ", () => {
    const old = machine({ version: "1.9.0" });
    const fresh = machine({ version: "1.10.0" });
    expect(usualVersion([fresh, { ...old, state: "gone" }])).toBeNull();
    expect(usualVersion([old, old, fresh])).toBe("1.9.0");
    expect(usualVersion([old, fresh])).toBe("1.10.0");
  });

  it("say what they have to do", () => {
    expect(tasksText({ queued: 0, running: 0, waiting: 0 })).toBe("");
    expect(tasksText({ queued: 3, running: 2, waiting: 1 })).toBe(
      "2 running, 1 waiting for a person, 3 queued",
    );
  });

  it("are busy by their slots, never more than wholly, and not at all where they run nothing", () => {
    expect(busyShare({ slots: 4, tasks: { queued: 9, running: 1, waiting: 0 } })).toBe(0.25);
    expect(busyShare({ slots: 4, tasks: { queued: 0, running: 5, waiting: 0 } })).toBe(1);
    expect(busyShare(machine({ slots: 0 }))).toBeNull();
  });

  it("tell how busy their computer is where they know", () => {
    const load = { running: 0, waiting: 0, cpu_percent: 0, memory_percent: 41.6 };
    expect(computerText(load)).toBe("CPU 0 %, memory 42 %");
    expect(computerText({ ...load, cpu_percent: null, memory_percent: null })).toBe("");
  });
});
