import { describe, expect, it } from "vitest";
import { answerOf, answersOf, NOTHING, pick, pickOwn, questionsOf } from "./questions";

const raw = (multiSelect: boolean) => ({
  question: "Which?",
  header: "H",
  multiSelect,
  options: [{ label: "A", description: "a" }, { label: "B", description: "" }, { label: "C" }],
});
const one = questionsOf({ questions: [raw(false)] })[0];
const many = questionsOf({ questions: [raw(true)] })[0];
if (!one || !many) throw new Error("the questions were not read");

describe("questions", () => {
  it("are read as far as they can be", () => {
    expect(questionsOf({})).toEqual([]);
    expect(
      questionsOf({ questions: [null, { question: 3 }, { question: "Ok?", options: [{}, "x"] }] }),
    ).toEqual([{ question: "Ok?", header: "", many: false, choices: [] }]);
  });

  it("of one choice take the last one clicked", () => {
    const picked = pick(one, pick(one, NOTHING, "A"), "B");
    expect(answerOf(one, picked)).toBe("B");
  });

  it("of several choices take all, in their own order, and let go of one clicked again", () => {
    const picked = ["C", "A", "B", "B"].reduce((sum, label) => pick(many, sum, label), NOTHING);
    expect(answerOf(many, picked)).toEqual(["A", "C"]);
  });

  it("take own words instead, or beside", () => {
    expect(answerOf(one, { ...pickOwn(one, pick(one, NOTHING, "A")), own: " mine " })).toBe("mine");
    expect(answerOf(many, { ...pickOwn(many, pick(many, NOTHING, "A")), own: "mine" })).toEqual([
      "A",
      "mine",
    ]);
    expect(answerOf(one, pickOwn(one, NOTHING))).toBeNull();
  });

  it("are answered together or not at all", () => {
    const two = { ...one, question: "And?" };
    const picked = { "Which?": pick(one, NOTHING, "A") };
    expect(answersOf([one, two], picked)).toBeNull();
    expect(answersOf([one, two], { ...picked, "And?": pick(two, NOTHING, "C") })).toEqual({
      "Which?": "A",
      "And?": "C",
    });
  });
});
