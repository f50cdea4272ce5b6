// @vitest-environment jsdom
import { expect, it } from "vitest";
import type { ScheduleView } from "../api/schedules";
import { scheduleForm } from "./spec";

it("sends nothing of a schedule back that only the machine says of it", () => {
  const written = { name: "nightly", cron: "0 1 * * *", message: "Sum up", overlap: "skip" as const };
  const view = {
    ...{ ...written, user_id: "user_1", words: "At 01:00", next_runs: [], last_run: null, problem: "" },
    ...{ faults: [], enabled: true, builtin: false, warnings: [] },
  } as unknown as ScheduleView;
  expect(scheduleForm(view)).toEqual({ ...written, code: null });
});
