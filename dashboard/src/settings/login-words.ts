import type { Credentials, Taken, Verdict } from "../api/login";
import { dollars } from "../domain/format";

type Tone = "good" | "warn" | "bad" | "plain";

interface Said {
  title: string;
  tone: Tone;
  /** What it means for tasks. */
  meaning: string;
}

const WAIT = "Tasks wait, and go on by themselves once there is a login.";

const STATES: Readonly<Record<Credentials["state"], Said>> = {
  ready: { title: "Claude is logged in", tone: "good", meaning: "Tasks run." },
  expires_soon: {
    title: "The login ends soon",
    tone: "warn",
    meaning: "Tasks run. Log in again before it ends, and none of them has to wait.",
  },
  needs_login: { title: "Claude needs a login", tone: "warn", meaning: WAIT },
  refused: {
    title: "The API refuses the login",
    tone: "bad",
    meaning: `It was revoked, or it has ended. ${WAIT}`,
  },
  quota: {
    title: "The quota is used up",
    tone: "warn",
    meaning: "Tasks wait, and go on by themselves when the quota is back. Another login helps at once.",
  },
  unknown: { title: "The login was not looked at yet", tone: "plain", meaning: "It takes a few seconds." },
  demo: {
    title: "The demo model answers",
    tone: "plain",
    meaning: "It needs no login and costs nothing. Start the machine without --demo to use Claude.",
  },
};

export function stateWords(state: Credentials["state"]): Said {
  return STATES[state] ?? { title: state, tone: "plain", meaning: "" };
}

const METHODS: Readonly<Record<string, string>> = {
  "claude.ai": "Claude subscription",
  oauth_token: "token of claude setup-token",
  api_key: "API key",
  auth_token: "token of a gateway",
  third_party: "cloud provider",
};

/** How Claude Code logs in: its own word, where we know none. */
export function methodWords(method: string): string {
  return METHODS[method] ?? method;
}

/** Where the login in use comes from. */
export function sourceWords({ source, variable, folder }: NonNullable<Credentials["details"]>): string {
  switch (source) {
    case "environment":
      return `${variable ?? "a variable"}, as the machine was started`;
    case "stored":
      return `${variable === "ANTHROPIC_API_KEY" ? "the API key" : "the token"} kept here`;
    case "own_folder":
      return `the folder ${folder}, which belongs to a person`;
    case "demo":
      return "nothing: the demo needs none";
    default:
      return "the login file kept here";
  }
}

/** What one real request came to. */
export function verdictWords({ outcome, message, cost_usd }: Verdict): string {
  if (outcome === "worked") return `A real request worked. It cost ${dollars(cost_usd)}.`;
  if (outcome === "quota") return `The login is good; its quota is used up. ${message}`;
  if (outcome === "refused") return `The API refused it. ${message}`;
  return `Nobody answered who could say. ${message}`;
}

/** That a login was taken, and how sure that is. */
export function takenWords({ validation }: Taken): string {
  if (validation.outcome === "worked") return "It works: Claude is logged in, and waiting tasks go on.";
  if (validation.outcome === "quota")
    return `It is kept, and good; its quota is used up. ${validation.message}`;
  return "It is kept, but nobody could say whether it is good. Try it later.";
}

/** A hint of the machine, which speaks to programs as well, for somebody who is on this page. */
export function hintHere(hint: string): string {
  return hint
    .replace(/PUT \/api\/credentials\/api-key/, "under “Key”, on this page")
    .replace(/PUT \/api\/credentials\/oauth-token/, "under “Token”, on this page")
    .replace(/, or keep it untried with `force`/, ", or keep it untried")
    .replaceAll("`", "");
}
