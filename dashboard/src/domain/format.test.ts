import { expect, it } from "vitest";
import { ago, atMoment, dollarsIn, fullTime, moment, spent, statusText, timeIn } from "./format";

const MORNING = "2026-11-23T08:00:00+01:00";

it("a moment is told by the clock of its zone, and the zone is named", () => {
  expect(timeIn(MORNING, "Europe/Berlin")).toMatch(/\b0?8:00\b.*GMT\+1|\b0?8:00\b.*(CET|MEZ)/);
  expect(timeIn(MORNING, "Asia/Tokyo")).toMatch(/\b0?4:00 PM\b|\b16:00\b/);
});

it("a zone that the browser does not know leaves the reader's own", () => {
  expect(timeIn(MORNING, "Moon/Tranquility")).not.toBe("");
  expect(fullTime(MORNING)).toContain("2026");
});

// Without a zone these are moments of the reader's own day.
const NOON = Date.parse("2026-11-23T12:00:00");
const at = (local: string) => new Date(local).toISOString();

it("what goes on another day says which, and what goes on today says when", () => {
  expect(atMoment(at("2026-11-23T14:05:00"), NOON)).toMatch(/^at \D*0?2:05|^at 14:05/);
  expect(atMoment(at("2026-11-30T14:05:00"), NOON)).toMatch(/^on .*30/);
  expect(moment(at("2026-11-22T14:05:00"), NOON)).toMatch(/22/);
});

it("a date of another year says so, on either side, and one of this year does not", () => {
  expect(ago(at("2025-11-20T14:05:00"), NOON)).toContain("2025");
  expect(ago(at("2026-11-20T14:05:00"), NOON)).not.toContain("2026");
  expect(moment(at("2027-01-02T14:05:00"), NOON)).toContain("2027");
});

it("a state has one name, and another state another one", () => {
  const waits = (waiting_reason: "approval" | "input" | "interrupted") =>
    statusText({ status: "waiting_input", waiting_reason, queue_reason: null });
  expect([waits("approval"), waits("input"), waits("interrupted")]).toEqual([
    "Needs your answer",
    "Open for a message",
    "Interrupted",
  ]);
});

it("the costs of a column have the same digits", () => {
  expect([1.1, 0.0175, 0.0004, 0].map(dollarsIn([1.1, 0.0175, 0.0004, 0]))).toEqual([
    "$1.10",
    "$0.02",
    "<$0.01",
    "$0",
  ]);
  expect([0.0175, 0.002].map(dollarsIn([0.0175, 0.002]))).toEqual(["$0.0175", "$0.0020"]);
});

it("what is nothing yet is not told of a task", () => {
  expect([spent(0, 0), spent(0, 0.5), spent(65, 0), spent(65, 0.5)]).toEqual([
    "",
    "$0.50",
    "1 min 5 s",
    "1 min 5 s · $0.50",
  ]);
});
