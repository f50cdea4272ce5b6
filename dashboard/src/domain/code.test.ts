import { describe, expect, it } from "vitest";
import { type CodeTexts, codeFaults, codeTexts, codeWords, NO_CODE, sourceOf } from "./code";

const SHOP: CodeTexts = { ...NO_CODE, repository: "https://git.example.com/team/shop.git", ref: "main" };

describe("the code that work is about", () => {
  it("is read however it was written", () => {
    expect(codeTexts({ repository: SHOP.repository, ref: "main", base: null })).toEqual(SHOP);
    for (const written of [null, undefined, "shop", 7, [], { repository: 7 }])
      expect(codeTexts(written)).toEqual(NO_CODE);
  });

  it("is kept with what is said of it alone, and not at all where nothing is", () => {
    expect(sourceOf({ ...SHOP, repository: ` ${SHOP.repository} ` })).toEqual({
      ...{ repository: SHOP.repository, ref: "main" },
    });
    expect(sourceOf({ ...NO_CODE, ref: " " })).toBeNull();
    // What is not whole yet is not thrown away while it is written.
    expect(sourceOf({ ...NO_CODE, ref: "main" })).toEqual({ repository: "", ref: "main" });
  });

  it("is said in a few words", () => {
    expect(codeWords(SHOP)).toBe("shop at main");
    expect(codeWords({ ...NO_CODE, repository: "git@example.com:team/shop.git/" })).toBe("shop");
    expect(codeWords({ ...NO_CODE, ref: "main" })).toBe("");
  });
});

describe("what is wrong with it", () => {
  const places = (changes: Partial<CodeTexts>) =>
    codeFaults({ ...NO_CODE, ...changes }).map(({ path }) => path[0]);

  it("is a branch of no repository", () => {
    for (const field of ["ref", "base", "credentials"])
      expect(places({ [field]: "main" })).toEqual(["repository"]);
    expect(places({})).toEqual([]);
  });

  it.each([
    "https://git.example.com/shop.git",
    "ssh://git@example.com:2222/shop",
    "git@example.com:team/shop.git",
    "http://127.0.0.1:4000/app.git",
  ])("is not that a repository is %s", (repository) => expect(places({ repository })).toEqual([]));

  it.each([
    "shop",
    "/srv/repos/shop",
    "file:///srv/repos/shop",
    "ext::sh -c x",
    "https://example.com",
    "https://ann:secret@example.com/shop",
  ])("is that a repository is %s", (repository) => expect(places({ repository })).toEqual(["repository"]));
});
