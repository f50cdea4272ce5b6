import { describe, expect, it } from "vitest";
import type { ScheduleRun } from "../api/schedules";
import { told } from "./run-words";

const run = (outcome: string, why = "", more: Partial<ScheduleRun> = {}) =>
  told({
    ...{ run_id: "r", schedule: "s", due_at: "", at: "", why, task_id: null, by: null },
    ...more,
    outcome: outcome as ScheduleRun["outcome"],
  });

describe("what became of a time of a schedule", () => {
  it("is told in words, with the task that it is about", () => {
    expect(run("started", "", { task_id: "task_1" })).toMatchObject({ said: "Started", taskId: "task_1" });
    expect(run("started", "", { by: "user_1" }).said).toBe("Started by hand");
    expect(run("skipped", "task_7a has not ended.")).toMatchObject({
      said: "Left out",
      why: "The one before it had not ended yet.",
      taskId: "task_7a",
    });
    expect(run("skipped", "10 of its tasks have not ended, the first is task_b.")).toMatchObject({
      why: "10 of its tasks had not ended yet.",
      taskId: "task_b",
    });
    expect(run("skipped", "Missed: the machine was not at work at that time.").why).toBe(
      "The machine was not at work at that time.",
    );
    expect(run("refused", "There is no agent x. Choose another.")).toMatchObject({
      said: "Could not start",
      why: "There is no agent x. Choose another.",
    });
  });

  it("keeps its word where it is not known", () => {
    expect(run("postponed", "later")).toMatchObject({ said: "postponed", why: "later" });
  });
});
