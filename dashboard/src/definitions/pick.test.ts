import { describe, expect, it } from "vitest";
import { chosenAnew, namesOf, pickedOf } from "./pick";

const KNOWN = ["planning", "review"];

describe("names that are picked", () => {
  it("stand in the text where there is nothing of that name yet", () => {
    expect(pickedOf(["later", "review"], KNOWN)).toEqual({ chosen: ["review"], text: "later" });
    expect(namesOf({ chosen: ["review"], text: "later, review, " })).toEqual(["review", "later"]);
  });

  it("stay chosen while a longer name that begins with one of them is typed", () => {
    const before = pickedOf(["planning"], KNOWN);
    expect(namesOf({ ...before, text: "planning" })).toEqual(["planning"]);
    expect(namesOf({ ...before, text: "planning-later" })).toEqual(["planning", "planning-later"]);
  });

  it("are taken out where they stand, and leave what is typed beside them alone", () => {
    const before = { chosen: ["review"], text: "planning,  later" };
    expect(chosenAnew(before, ["planning", "later"])).toEqual({ chosen: [], text: "planning,  later" });
    expect(chosenAnew(before, ["review", "later"])).toEqual({ chosen: ["review"], text: "later" });
  });
});
