import { describe, expect, it } from "vitest";
import { relative } from "./relative";

const NOW = Date.parse("2026-11-03T12:00:00Z");
const at = (seconds: number) => relative(new Date(NOW + seconds * 1000).toISOString(), NOW);

describe("relative times", () => {
  it("say how long ago something was", () => {
    expect([at(-5), at(-120), at(-7200)]).toEqual(["just now", "2 min ago", "2 h ago"]);
  });

  it("say how soon something will be", () => {
    expect([at(10), at(90), at(7200), at(86_400), at(3 * 86_400)]).toEqual([
      "in a minute",
      "in 2 min",
      "in 2 h",
      "in a day",
      "in 3 days",
    ]);
  });

  it("are a date when they are far away, on either side", () => {
    for (const far of [at(-3 * 86_400), at(40 * 86_400)]) expect(far).toMatch(/\d/);
    expect(at(40 * 86_400)).not.toContain("in ");
    expect(at(-3 * 86_400)).not.toContain("ago");
    expect(at(400 * 86_400)).toContain("2027");
  });
});
