import { expect, it } from "vitest";
import { fullTime, timeIn } from "./format";

const MORNING = "2026-11-23T08:00:00+01:00";

it("a moment is told by the clock of its zone, and the zone is named", () => {
  expect(timeIn(MORNING, "Europe/Berlin")).toMatch(/\b0?8:00\b.*GMT\+1|\b0?8:00\b.*(CET|MEZ)/);
  expect(timeIn(MORNING, "Asia/Tokyo")).toMatch(/\b0?4:00 PM\b|\b16:00\b/);
});

it("a zone that the browser does not know leaves the reader's own", () => {
  expect(timeIn(MORNING, "Moon/Tranquility")).not.toBe("");
  expect(fullTime(MORNING)).toContain("2026");
});
