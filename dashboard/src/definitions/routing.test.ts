// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { agentForm, agentSpec } from "./agent-spec";
import {
  asksNothing,
  EMPTY_RULE,
  emptyRules,
  networkFault,
  networkWords,
  rulesOf,
  ruleWords,
} from "./routing";

const RULE = { ...EMPTY_RULE, sources: ["github", "gitlab"], labels: ["bug"], question: true };

describe("a rule of an agent", () => {
  it("asks for nothing until one of its fields is filled in", () => {
    expect(asksNothing(EMPTY_RULE)).toBe(true);
    expect(asksNothing({ ...EMPTY_RULE, question: true })).toBe(false);
    expect(emptyRules([RULE, {}])).toEqual([
      { path: ["routing", 1], what: expect.stringContaining("every task") },
    ]);
  });

  it("is said in words", () => {
    expect(ruleWords(RULE)).toBe("from github or gitlab, label bug, a question");
    expect(ruleWords({ ...EMPTY_RULE, keywords: ["roll back"], events: ["issues.*"] })).toBe(
      "event issues.*, with the words roll back",
    );
  });

  it("is read from YAML however little of it is written there yet", () => {
    expect(rulesOf([{ keywords: ["outage", 7] }, null, { labels: "bug" }])).toEqual([
      { ...EMPTY_RULE, keywords: ["outage", "7"] },
      EMPTY_RULE,
      EMPTY_RULE,
    ]);
    expect(rulesOf("all")).toEqual([]);
  });

  it("stands in the YAML with what it asks for alone", () => {
    const form = { ...agentSpec.empty, name: "x", description: "d", instructions: "i", routing: [RULE] };
    expect(agentSpec.toSettings(form)).toEqual({
      description: "d",
      routing: [{ sources: ["github", "gitlab"], labels: ["bug"], question: true }],
    });
    const detail = { name: "x", instructions: "i", settings: { routing: [RULE] } };
    expect(agentForm(detail as unknown as Parameters<typeof agentForm>[0]).routing).toEqual([RULE]);
  });
});

describe("the network of an agent", () => {
  it("is a list of hosts, each with a port at most", () => {
    expect(networkFault(["api.example.com", "*.npmjs.org", "10.0.0.7:8443"])).toBeNull();
    expect(networkFault(["https://example.com"])).toContain("https://example.com is no host");
    expect(networkFault([])).toBe("Name at least one host.");
    for (const whole of ["all", "none", null, undefined]) expect(networkFault(whole)).toBeNull();
  });

  it("is said in words", () => {
    expect(networkWords(null)).toBe("as its profile gives");
    expect(networkWords("none")).toBe("nothing");
    expect(networkWords(["a.example", "b.example"])).toBe("a.example, b.example");
  });
});
