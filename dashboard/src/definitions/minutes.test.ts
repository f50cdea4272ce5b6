import { expect, it } from "vitest";
import { minutesOf, secondsOf } from "./minutes";

it("shows seconds as minutes and takes them back to the second", () => {
  for (const seconds of [1, 59, 60, 90, 100, 3600, 3601, 604_800])
    expect(secondsOf(minutesOf(seconds))).toBe(seconds);
  expect(minutesOf(90)).toBe("1.5");
});

it("takes nothing for none, and what was written in YAML for nothing where it is no number", () => {
  expect(minutesOf(null)).toBe("");
  expect(minutesOf("an hour")).toBe("");
  expect(secondsOf(" ")).toBeNull();
});
