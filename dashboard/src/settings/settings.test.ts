import { describe, expect, it } from "vitest";
import type { Credentials, Taken } from "../api/login";
import type { MachineWarning } from "../api/machine";
import type { AuditEntry, Invitation, Token } from "../api/people";
import { stepsOf } from "../home/steps";
import { endingOf, objectOf, periodOf, sinceOf } from "./audit-words";
import { inOrder, summary } from "./health-words";
import { hintHere, sourceWords, stateWords, takenWords } from "./login-words";
import { browserWords, invitationStanding, nameFault, reachWords, scopesFor, tokenEnd } from "./people-words";
import { sectionsFor } from "./sections";

const NOW = Date.parse("2026-11-03T12:00:00Z");
const LATER = "2026-11-04T12:00:00Z";
const EARLIER = "2026-11-02T12:00:00Z";

describe("people", () => {
  it("have names as the machine takes them", () => {
    for (const good of ["Ada", "Ada Lovelace", "ada@example.org", "Žofie", "a"])
      expect(nameFault(good)).toBeNull();
    for (const bad of ["", " Ada", "Ada  L", "a/b", "x".repeat(65)]) expect(nameFault(bad)).not.toBeNull();
  });

  it("are invited by links that are open, used, revoked or expired", () => {
    const standing = (more: Partial<Invitation>) =>
      invitationStanding({ expires_at: LATER, ...more } as Invitation, NOW);
    expect(standing({})).toBe("open");
    expect(standing({ expires_at: EARLIER })).toBe("expired");
    expect(standing({ revoked_at: EARLIER })).toBe("revoked");
    // Who came in, came in, whatever the time is now.
    expect(standing({ used_at: EARLIER, expires_at: EARLIER })).toBe("used");
  });

  it("know their browsers again", () => {
    const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";
    expect(browserWords(chrome)).toBe("Chrome on Linux");
    expect(browserWords(`${chrome} Edg/140.0`)).toBe("Edge on Linux");
    expect(browserWords("curl/8.0")).toBe("curl/8.0");
    expect(browserWords("")).toBe("A browser");
  });
});

describe("tokens", () => {
  it("end by being revoked, or by their time", () => {
    const end = (more: Partial<Token>) => tokenEnd({ ...more } as Token, NOW);
    expect(end({})).toBeNull();
    expect(end({ expires_at: LATER })).toBeNull();
    expect(end({ expires_at: EARLIER })).toBe("expired");
    expect(end({ revoked_at: EARLIER, expires_at: LATER })).toBe("revoked");
  });

  it("are called by the furthest that they reach, and viewers make none", () => {
    expect(reachWords(["read", "tasks"])).toBe("starts and steers tasks");
    expect(scopesFor("viewer")).toEqual([]);
    expect(scopesFor("member").length).toBe(3);
  });
});

describe("Claude's login in words", () => {
  const details = { source: "file", variable: null, folder: "/f" } as NonNullable<Credentials["details"]>;

  it("says where the one in use comes from", () => {
    expect(sourceWords(details)).toBe("the login file kept here");
    expect(sourceWords({ ...details, source: "stored", variable: "ANTHROPIC_API_KEY" })).toContain("API key");
    expect(sourceWords({ ...details, source: "environment", variable: "CLAUDE_CODE_USE_BEDROCK" })).toContain(
      "CLAUDE_CODE_USE_BEDROCK",
    );
  });

  it("says of every state that stops tasks that they wait", () => {
    for (const state of ["needs_login", "refused", "quota"] as const)
      expect(stateWords(state).meaning).toContain("asks wait");
  });

  it("never calls a login good that was not tried", () => {
    const taken = (outcome: Taken["validation"]["outcome"]) =>
      takenWords({ note: "", validation: { outcome, message: "", cost_usd: 0 } } as Taken);
    expect(taken("worked")).toContain("It works");
    expect(taken("unclear")).not.toContain("works");
  });

  it("turns hints for programs into hints for this page", () => {
    expect(hintHere("Send it as a key: PUT /api/credentials/api-key.")).toBe(
      "Send it as a key: under “Key”, on this page.",
    );
    expect(hintHere("Run `claude auth login`.")).toBe("Run claude auth login.");
  });
});

describe("the audit log", () => {
  it("takes only periods that it knows from the address", () => {
    expect([periodOf("week"), periodOf("year"), periodOf(undefined)]).toEqual(["week", "", ""]);
    expect(sinceOf("day", NOW)).toBe("2026-11-02T12:00:00.000Z");
    expect(sinceOf("", NOW)).toBeUndefined();
  });

  it("says only of what was not done how it ended", () => {
    expect([200, 403, 500, null].map((status) => endingOf(status).name)).toEqual([
      "",
      "refused",
      "failed",
      "not known",
    ]);
  });

  it("calls a thing by its name, else by its id", () => {
    const entry = { object_id: "", made_id: "token_1", summary: { name: "ci" } } as unknown as AuditEntry;
    expect(objectOf(entry)).toBe("ci");
    expect(objectOf({ ...entry, summary: {} })).toBe("token_1");
  });
});

describe("health", () => {
  const check = (name: string, level: "ok" | "warning" | "problem", text = name) => ({
    check: name,
    level,
    text,
    hint: "",
  });

  it("shows what is in the way first, and what both know once", () => {
    const warnings: MachineWarning[] = [
      { code: "runs_as_root", message: "It runs as root.", hint: "", about: "" },
      { code: "starts_nothing", message: "Its owner is gone.", hint: "", about: "webhook/issues" },
    ];
    const checks = [
      check("disk", "ok"),
      check("user", "warning", "It runs as root."),
      check("clock", "problem"),
    ];
    const found = inOrder(checks, warnings);
    expect(found.map((one) => one.check)).toEqual(["clock", "user", "webhook issues", "disk"]);
    expect(found[2]?.link).toBe("/webhooks/issues");
  });

  it("is well, or says how much is not", () => {
    expect(summary([check("disk", "ok")])).toBe("All is well.");
    expect(summary([check("a", "warning"), check("b", "warning")])).toContain("2 warnings");
    expect(summary([check("a", "warning"), check("b", "problem")])).toContain("One problem");
  });
});

describe("the first steps", () => {
  const fresh = { hasPassword: false, skippedPassword: false, auth: "needs_login", tasks: 0 } as const;
  const done = (more: Partial<Parameters<typeof stepsOf>[0]>) =>
    stepsOf({ ...fresh, ...more }).map((step) => step.done);

  it("are three, and open on a fresh machine", () => {
    expect(done({})).toEqual([false, false, false]);
  });

  it("are done by a password or by doing without, by a login or the demo, by a task", () => {
    expect(done({ hasPassword: true })).toEqual([true, false, false]);
    expect(done({ skippedPassword: true, auth: "demo", tasks: 1 })).toEqual([true, true, true]);
    expect(done({ auth: "refused" })[1]).toBe(false);
  });
});

it("members see only the pages that are theirs", () => {
  const ids = sectionsFor(false).map(({ id }) => id);
  expect(ids).toEqual(["login", "tokens", "logins", "appearance", "notifications"]);
  expect(sectionsFor(true).length).toBeGreaterThan(ids.length);
});
