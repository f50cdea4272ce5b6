import { describe, expect, it } from "vitest";
import { countOf, variableFault } from "./name";

describe("names of variables", () => {
  it("are capitals, digits and underscores, a letter first", () => {
    for (const good of ["A", "GITHUB_TOKEN", "X2"]) expect(variableFault(good)).toBeNull();
    for (const bad of ["", "github", "2X", "A-B", "_A", "A".repeat(129)])
      expect(variableFault(bad)).not.toBeNull();
  });

  it("are counted in words", () => {
    expect([countOf(1), countOf(3)]).toEqual(["1 variable", "3 variables"]);
  });
});
