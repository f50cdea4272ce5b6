import { describe, expect, it } from "vitest";
import { ApiError } from "../api/problem";
import type { FieldFault } from "../domain/definition";
import { faultsOf, isNothing, NO_TERMS, said, type Terms, termsOf, termsWords, within } from "./terms";

const FULL: Terms = {
  ...{
    repository: " https://git.example.com/team/shop.git ",
    ref: "main",
    base: "",
    credentials: "SHOP_TOKEN",
  },
  ...{ cost: "2.5", turns: "20", minutes: "1.5", priority: "-5" },
  isInteractive: true,
};

describe("the terms of a task", () => {
  it("say nothing where nothing is filled in", () => {
    expect(said(NO_TERMS)).toEqual({});
    expect(isNothing({ ...NO_TERMS, ref: "  " })).toBe(true);
    expect(termsWords(NO_TERMS)).toBe("");
    expect(faultsOf(NO_TERMS)).toEqual([]);
  });

  it("are sent as a task takes them", () => {
    expect(said(FULL)).toEqual({
      ...{ repository: "https://git.example.com/team/shop.git", ref: "main", credentials: "SHOP_TOKEN" },
      ...{ max_budget_usd: 2.5, max_turns: 20, timeout_seconds: 90, priority: -5, is_interactive: true },
    });
  });

  it("are said in a few words", () => {
    expect(termsWords(FULL)).toBe(
      "shop at main, SHOP_TOKEN, $2.5, 20 turns, 1.5 min, priority -5, stays open",
    );
  });

  it("are read however little of them was kept", () => {
    expect(termsOf({ cost: "3" })).toEqual({ ...NO_TERMS, cost: "3" });
  });
});

describe("what is wrong with terms", () => {
  const places = (changes: Partial<Terms>) =>
    faultsOf({ ...NO_TERMS, ...changes }).map(({ path }) => path[0]);

  it("is said of the field that it belongs to", () => {
    expect(places({ cost: "0", turns: "1.5", minutes: "-1", priority: "101" })).toEqual([
      ...["max_budget_usd", "max_turns", "timeout_seconds", "priority"],
    ]);
    expect(places({ cost: "0.01", turns: "1", minutes: "10080", priority: "-100" })).toEqual([]);
  });

  it("is what is wrong with its code, too", () => {
    expect(places({ ref: "main", turns: "0" })).toEqual(["repository", "max_turns"]);
  });
});

describe("a task within its terms", () => {
  const refusing = (...where: string[]) =>
    new ApiError(
      422,
      "invalid",
      "It is not valid.",
      "",
      where.map((one) => ({ where: one, what: "No." })),
    );
  async function tried(terms: Partial<Terms>, error?: Error) {
    const begun: object[] = [];
    let faults: readonly FieldFault[] = [];
    const begin = async (of: object) => {
      begun.push(of);
      if (error) throw error;
    };
    const ended = await within(terms, begin, (found) => {
      faults = found;
    }).catch((reason: Error) => reason);
    return { begun, faults, ended };
  }

  it("begins with what is said of it", async () => {
    expect(await tried({ turns: "3" })).toEqual({ begun: [{ max_turns: 3 }], faults: [], ended: undefined });
  });

  it("does not begin on what is wrong, and it is said at its field", async () => {
    const { begun, faults, ended } = await tried({ turns: "0" });
    expect(begun).toEqual([]);
    expect(faults.map(({ path }) => path)).toEqual([["max_turns"]]);
    expect(ended).toBeInstanceOf(Error);
  });

  it("has what the machine refuses said at its field", async () => {
    const { faults } = await tried({ ref: "a..b", repository: "https://a.example/b" }, refusing("body.ref"));
    expect(faults).toEqual([{ path: ["ref"], what: "No." }]);
  });

  it("leaves alone what is wrong with something else", async () => {
    const error = refusing("body.ref", "body.message");
    expect(await tried({}, error)).toMatchObject({ faults: [], ended: error });
  });
});
