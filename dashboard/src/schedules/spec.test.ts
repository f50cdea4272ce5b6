// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import type { ScheduleView } from "../api/schedules";
import { stillAhead } from "../definitions/next-runs";
import { scheduleForm, scheduleSpec } from "./spec";
import { choices, OVERLAPS } from "./words";

const FORM = { ...scheduleSpec.empty, name: "news", cron: "0 9 * * 1-5", message: "Look." };
const VIEW = {
  ...FORM,
  user_id: "user_1",
  words: "At 09:00",
  next_runs: ["2026-11-24T09:00:00Z"],
  last_run: null,
  problem: "Its owner is gone.",
  faults: [],
  enabled: true,
  builtin: false,
  warnings: [],
} satisfies ScheduleView;

describe("the form of a schedule", () => {
  it("holds what can be sent, and nothing of what the machine says about it", () => {
    expect(scheduleForm(VIEW)).toEqual(FORM);
  });

  it("stands in the YAML without what would be so anyway, and comes back from there", () => {
    const form = { ...FORM, timezone: "UTC", overlap: "enqueue" as const };
    const settings = scheduleSpec.toSettings(form) as Record<string, unknown>;
    expect(settings).toEqual({ cron: "0 9 * * 1-5", message: "Look.", overlap: "enqueue" });
    expect(scheduleSpec.fromSettings(settings, form)).toEqual(form);
  });

  it("says what is missing, also where the YAML holds no text", () => {
    expect(scheduleSpec.missing(FORM)).toEqual([]);
    const broken = scheduleSpec.fromSettings({ cron: null, message: 7 }, FORM);
    expect(scheduleSpec.missing(broken).map(({ path }) => path)).toEqual([["cron"]]);
    expect(scheduleSpec.missing({ ...FORM, name: "News!", message: " " }).map(({ path }) => path)).toEqual([
      ["name"],
      ["message"],
    ]);
  });

  it("offers what can be done when the last one still runs", () => {
    expect(choices(OVERLAPS).map(([key]) => key)).toEqual(["skip", "enqueue", "replace"]);
  });
});

describe("the next times of a schedule", () => {
  it("are those that have not passed", () => {
    const runs = ["2026-11-24T09:00:00+01:00", "2026-11-25T09:00:00+01:00"];
    expect(stillAhead(runs, Date.parse("2026-11-24T07:59:00Z"))).toEqual(runs);
    expect(stillAhead(runs, Date.parse("2026-11-24T08:00:00Z"))).toEqual(runs.slice(1));
  });
});
