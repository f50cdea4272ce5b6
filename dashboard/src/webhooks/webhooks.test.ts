import { describe, expect, it } from "vitest";
import { isNewSecret, newSecret, peopleOf, whoOf } from "./people";
import { headersOf, headersText, samplesOf } from "./samples";

describe("people of a trigger", () => {
  it("are written and read back the same", () => {
    const people = ["alice", "id:4711", "MEMBER"];
    expect(whoOf(people)).toEqual([{ login: "alice" }, { id: "4711" }, { association: "MEMBER" }]);
    expect(peopleOf(whoOf(people))).toEqual(people);
    expect(whoOf(["@bob"])).toEqual([{ login: "bob" }]);
  });

  it("stay as they are while they are typed", () => {
    for (const typed of ["id:", "id:4", "a", "MEMBE"]) expect(peopleOf(whoOf([typed]))).toEqual([typed]);
  });

  it("are everybody when nobody is named, which the machine takes as untrusted", () => {
    expect(whoOf([])).toBeNull();
    expect(peopleOf(null)).toEqual([]);
  });
});

describe("secrets", () => {
  it("are long, random and of the provider's form", () => {
    expect(newSecret("github")).toMatch(/^[0-9a-f]{64}$/);
    expect(newSecret("standard")).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(newSecret("github")).not.toBe(newSecret("github"));
    expect([newSecret("github"), newSecret("standard"), "typed by a person"].map(isNewSecret)).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("headers in a simulation", () => {
  it("are one a line, with colons in their values", () => {
    const headers = { "X-Event-Key": "pullrequest:created", "X-Other": "1" };
    expect(headersOf(headersText(headers))).toEqual(headers);
    expect(headersOf("nonsense\n: x\n")).toEqual({});
  });

  it("come with a sample for every provider", () => {
    for (const provider of [
      "github",
      "gitlab",
      "bitbucket",
      "jira",
      "slack",
      "sentry",
      "linear",
      "standard",
      "generic",
    ] as const)
      expect(samplesOf(provider).length).toBeGreaterThan(0);
  });
});
