import { describe, expect, it } from "vitest";
import type { CostItem } from "../api/costs";
import { byDay, dearest, sumsOf, topOf } from "./series";

const item = (key: string, cost_usd: number): CostItem => ({
  key,
  label: key,
  cost_usd,
  cost_kind: "billed",
  tasks: 1,
  input_tokens: 10,
  output_tokens: 5,
});

describe("the graph of days", () => {
  it("has every day once, those without tasks too, over the end of a month", () => {
    const points = byDay([item("2026-02-28", 2), item("2026-03-02", 1)], 4, "2026-03-02");
    expect(points.map(({ key, usd }) => [key, usd])).toEqual([
      ["2026-02-27", 0],
      ["2026-02-28", 2],
      ["2026-03-01", 0],
      ["2026-03-02", 1],
    ]);
  });

  it("ends above its highest bar, at a round number", () => {
    expect([topOf(0), topOf(0.13), topOf(2), topOf(2.1), topOf(7), topOf(30)]).toEqual([
      1, 0.15, 2, 2.5, 8, 30,
    ]);
  });
});

describe("the sums of the first page", () => {
  it("are of today, of seven days with today, and of all, each kind for itself", () => {
    const paid = [item("2026-02-20", 8), item("2026-02-24", 4), item("2026-03-01", 2), item("2026-03-02", 1)];
    const covered = { ...item("2026-02-23", 5), cost_kind: "subscription" as const };
    expect(sumsOf([...paid, covered], "2026-03-02")).toEqual([
      { kind: "billed", today: 1, week: 7, all: 15 },
      { kind: "subscription", today: 0, week: 0, all: 5 },
    ]);
  });
});

describe("a breakdown", () => {
  it("shows the dearest and adds up the others", () => {
    const points = dearest([item("a", 1), item("b", 3), item("c", 2), item("d", 0.5)], 2);
    expect(points.map(({ label, usd, tasks, tokens }) => [label, usd, tasks, tokens])).toEqual([
      ["b", 3, 1, 15],
      ["c", 2, 1, 15],
      ["2 others", 1.5, 2, 30],
    ]);
  });

  it("names a single other one instead of counting it", () => {
    expect(dearest([item("a", 1), item("b", 3), item("c", 2)], 2)).toHaveLength(3);
  });
});
