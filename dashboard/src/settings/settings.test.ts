import { describe, expect, it } from "vitest";
import type { Budget, BudgetNotice, BudgetReport } from "../api/budgets";
import type { DiskReport } from "../api/disk";
import type { Credentials, Taken } from "../api/login";
import type { MachineWarning } from "../api/machine";
import type { AuditEntry, Invitation, Token } from "../api/people";
import { stepsOf } from "../home/steps";
import { actionsOf, endingOf, objectOf, periodOf, saidOf, sinceOf } from "./audit-words";
import { amountOf, linesOf, share, spentWords, usedUp } from "./budget-words";
import {
  backupWords,
  daysOf,
  goes,
  ownBytes,
  partsOf,
  passphraseFault,
  room,
  tidiedWords,
} from "./disk-words";
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
  it("offers what was done, and what is asked for even where that never was", () => {
    expect(actionsOf(["user.create", "agent.create"], "")).toEqual([
      ["agent.create", "Made the agent"],
      ["user.create", "Made the person"],
    ]);
    expect(actionsOf(["user.create"], "user.create")).toHaveLength(1);
    expect(actionsOf([], "nothing.like-this")).toEqual([["nothing.like-this", "nothing.like-this"]]);
    expect(actionsOf(["user.create"], "a.b").map(([action]) => action)).toEqual(["a.b", "user.create"]);
  });

  it("says in words what was done, and keeps the name of what it does not know", () => {
    expect(["webhook.secret", "tool.create_agent", "task.stop", "brand.new"].map(saidOf)).toEqual([
      "made a new secret for the webhook",
      "used the tool create agent",
      "stopped the task",
      "brand.new",
    ]);
  });

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

describe("budgets", () => {
  const budget = (scope: Budget["scope"], name: string, more: Partial<Budget> = {}): Budget => ({
    ...{ scope, name, label: name, daily_usd: null, spent_usd: 0, spent: [], state: "free", ...more },
  });

  it("stand first where something was spent or is limited, then everybody else who is there", () => {
    const items = [budget("machine", ""), budget("user", "gone", { spent_usd: 1 }), budget("user", "ada")];
    const report = { items } as BudgetReport;
    const people = ["ada", "bob"].map((name) => ({ name, label: name }));
    const lines = linesOf(report, "user", people);
    expect(lines.map(({ name, isSettable }) => [name, isSettable])).toEqual([
      ["gone", false],
      ["ada", true],
      ["bob", true],
    ]);
    // Nothing is known of who is there: what the machine tells of can be set.
    expect(linesOf(report, "user", undefined).every(({ isSettable }) => isSettable)).toBe(true);
    expect(linesOf(report, "machine", undefined)).toMatchObject([{ name: "", isSettable: true }]);
  });

  it("keep bills, subscriptions and demo money apart", () => {
    const spent: NonNullable<Budget["spent"]> = [
      { cost_kind: "billed", cost_usd: 1.2 },
      { cost_kind: "subscription", cost_usd: 3 },
      { cost_kind: "demo", cost_usd: 0 },
    ];
    expect(spentWords({ spent })).toBe("$1.20 billed, $3.00 on a subscription at API prices (no bill)");
    expect(spentWords({ spent: [{ cost_kind: "demo", cost_usd: 0.5 }] })).toBe("$0.50 of demo money");
    expect(spentWords({ spent: [] })).toBe("nothing");
  });

  it("fill their bar up to its end and not beyond", () => {
    const of = (daily_usd: number | null, spent_usd: number | null) => share({ daily_usd, spent_usd });
    expect([of(10, 4), of(10, 12), of(0, 0), of(null, 3), of(10, null)]).toEqual([0.4, 1, 1, 0, 0]);
  });

  it("take amounts as people write them, and nothing else", () => {
    expect([amountOf("20"), amountOf(" $2.50 "), amountOf("0")]).toEqual([20, 2.5, 0]);
    for (const bad of ["", "-1", "1e3", "2,50", "lots", "1000001", "NaN"]) expect(amountOf(bad)).toBeNull();
  });

  it("are told of on every page when they are the machine's or the reader's", () => {
    const notice = (scope: Budget["scope"], name: string, state: Budget["state"]) =>
      ({ scope, name, state }) as BudgetNotice;
    const mine = notice("user", "ada", "used_up");
    const all = notice("machine", "", "used_up");
    expect(usedUp([mine, all], "ada")).toBe(all);
    expect(usedUp([mine, notice("machine", "", "near")], "ada")).toBe(mine);
    expect(usedUp([mine, notice("agent", "planning", "used_up")], "bob")).toBeUndefined();
  });
});

describe("the disk and what is saved", () => {
  it("count in the units of the machine's own limits", () => {
    expect([
      room(0),
      room(4096),
      room(500 * 1024 ** 2),
      room(1.5 * 1024 ** 3),
      room(250 * 1024 ** 3),
    ]).toEqual(["0 KB", "4 KB", "500 MB", "1.5 GB", "250 GB"]);
  });

  it("say when things go by themselves, as the machine writes it", () => {
    expect(["P30D", "P1Y", "PT43200S", "PT12H", "P1DT12H"].map(daysOf)).toEqual([30, 365, 0.5, 0.5, 1.5]);
    expect([goes("P90D"), goes("P1D"), goes("P1Y"), goes(null)]).toEqual([
      "after 90 days",
      "after a day",
      "after 365 days",
      "never",
    ]);
    expect(goes("soon")).toBe("after soon");
  });

  it("take no passphrase that could not be typed again", () => {
    expect(["", "correct horse", "ééééééée"].map(passphraseFault)).toEqual([null, null, null]);
    expect(["short", " correct horse", "correct horse "].every(passphraseFault)).toBe(true);
  });

  it("show the biggest part first, also one that is not known here", () => {
    const keeping = { events: "P90D", tasks: "P1Y", deliveries: null, workspaces: "P30D", set_aside: "P30D" };
    const backups = { every_hours: 24, keep: 7, encrypted: false, newest: null };
    const report = { parts: { repos: 5, db: 9, toString: 7 }, keeping, backups } as unknown as DiskReport;
    const parts = partsOf(report);
    expect(parts.map(({ id }) => id)).toEqual(["db", "toString", "repos"]);
    expect(parts[0]?.about).toContain("goes after 90 days, webhooks’ deliveries never, the tasks");
    expect(parts[1]?.name).toBe("toString");
    expect(ownBytes(report)).toBe(parts.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(backupWords(backups)).toBe(
      "The machine makes a backup every day and keeps the newest 7, not encrypted.",
    );
    expect(backupWords({ ...backups, every_hours: 0 })).toContain("no backup by itself");
    const last = {
      at: EARLIER,
      events: 0,
      tasks: 3,
      deliveries: 0,
      workspaces: 1,
      set_aside: 0,
      kept_workspaces: [],
    };
    expect(tidiedWords(last)).toBe("3 tasks, 1 workspace removed");
    expect(tidiedWords({ ...last, tasks: 0, workspaces: 0 })).toBe("nothing to remove");
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
