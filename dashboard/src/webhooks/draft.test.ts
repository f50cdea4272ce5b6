// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import type { WebhookDetail } from "../api/webhooks";
import { needsSecret, sent, triggersOf, type WebhookDraft, webhookForm, withSecret } from "./draft";
import { webhookSpec } from "./spec";

const DRAFT: WebhookDraft = { name: "kettle", provider: "github", triggers: [{ events: ["issues"] }] };

describe("the secret of a webhook", () => {
  it("is needed for a new one that is signed", () => {
    expect(needsSecret(DRAFT, undefined)).toBe(true);
    expect(needsSecret({ ...DRAFT, secret: "x" }, undefined)).toBe(false);
    expect(needsSecret({ ...DRAFT, unsigned: true }, undefined)).toBe(false);
  });

  it("stays when an old one is changed and nothing is written", () => {
    expect(needsSecret(DRAFT, DRAFT)).toBe(false);
    expect(needsSecret({ ...DRAFT, unsigned: false }, { ...DRAFT, unsigned: true })).toBe(true);
  });

  it("takes the place of the variable that held the one before", () => {
    expect(withSecret({ ...DRAFT, secret_ref: "KETTLE" }, "x")).toEqual({ secret: "x", secret_ref: null });
    expect(withSecret({ ...DRAFT, secret_ref: "KETTLE" }, "")).toEqual({
      secret: null,
      secret_ref: "KETTLE",
    });
  });
});

describe("the form of a webhook that there is", () => {
  it("holds all that was said of it, and nothing that only the page knows", () => {
    const detail = {
      ...{ name: "kettle", provider: "gitlab", description: "Tea", enabled: false, unsigned: false },
      ...{
        secret_ref: "KETTLE",
        scheme: null,
        base_url: "https://git.example.com",
        reply: { token_ref: "T" },
      },
      ...{
        own_ids: ["7"],
        allowed_bots: [],
        url: "http://x/webhooks/kettle",
        has_secret: true,
        warnings: [],
      },
      triggers: [{ name: null, events: ["note"], condition: null, max_hops: 5, reply: true }],
    };
    expect(webhookForm(detail as unknown as WebhookDetail)).toEqual({
      ...{ name: "kettle", provider: "gitlab", description: "Tea", enabled: false, unsigned: false },
      ...{
        secret_ref: "KETTLE",
        scheme: null,
        base_url: "https://git.example.com",
        reply: { token_ref: "T" },
      },
      ...{ own_ids: ["7"], allowed_bots: [] },
      triggers: [{ events: ["note"], max_hops: 5, reply: true }],
    });
  });
});

describe("a trigger", () => {
  const EVENTS = { events: ["push"] };

  it("is sent without what was left empty or emptied again, so that the machine's own counts", () => {
    const emptied = {
      ...{ prompt: " ", concurrency_key: null, rate_per_minute: null, max_hops: 0, agent: null },
      checkout: { repository: null, ref: "main", credentials: null },
    };
    expect(sent({ triggers: [{ ...EVENTS, ...emptied }] }).triggers).toEqual([
      { ...EVENTS, max_hops: 0, checkout: { ref: "main" } },
    ]);
  });

  it("fetches the code of the event where nothing is said of which", () => {
    expect(sent({ triggers: [{ ...EVENTS, checkout: {} }] }).triggers).toEqual([{ ...EVENTS, checkout: {} }]);
    expect(sent({ triggers: [{ ...EVENTS, checkout: null }] }).triggers).toEqual([EVENTS]);
  });

  it("stands in the YAML as it is sent", () => {
    const draft = { ...DRAFT, triggers: [{ ...EVENTS, rate_per_minute: null, checkout: { ref: null } }] };
    expect(webhookSpec.toSettings(draft)).toEqual({
      provider: "github",
      triggers: [{ ...EVENTS, checkout: {} }],
    });
  });

  it("is one without events yet while its YAML is not whole", () => {
    expect(triggersOf([null, "x", { agent: "a" }])).toEqual([
      ...[{ events: [] }, { events: [] }, { agent: "a", events: [] }],
    ]);
    expect(triggersOf("all")).toEqual([]);
    const written = { triggers: [null, { events: ["push"], prompt: 7, checkout: true }] };
    const draft = webhookSpec.fromSettings(written, { ...DRAFT, secret: "x" });
    expect(webhookSpec.missing(draft).map(({ path }) => path)).toEqual([["triggers", 0, "events"]]);
    expect(webhookSpec.toSettings(draft)).toMatchObject({ triggers: [{}, { prompt: 7, checkout: true }] });
  });
});
