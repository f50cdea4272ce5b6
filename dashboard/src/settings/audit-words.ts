import type { AuditEntry } from "../api/people";

const DAY_MS = 86_400_000;
const DAYS = { day: 1, week: 7, month: 30 };

export const PERIODS = [
  ["", "The beginning"],
  ["day", "A day ago"],
  ["week", "A week ago"],
  ["month", "30 days ago"],
] as const;
/** As it stands in the address; empty is without a limit. */
export type Period = (typeof PERIODS)[number][0];

export function periodOf(text: string | undefined): Period {
  return PERIODS.find(([period]) => period === text)?.[0] ?? "";
}

/** The moment from which on entries are wanted; undefined for all. */
export function sinceOf(period: Period, now: number): string | undefined {
  return period === "" ? undefined : new Date(now - DAYS[period] * DAY_MS).toISOString();
}

/** How an act ended, where that is worth a word: what was done is not. */
export function endingOf(status: number | null): { name: string; tone: "plain" | "warn" | "bad" } {
  if (status === null) return { name: "not known", tone: "warn" };
  if (status < 400) return { name: "", tone: "plain" };
  return status < 500 ? { name: "refused", tone: "warn" } : { name: "failed", tone: "bad" };
}

/** To what it was done: by its name where the entry has one, else by its id. */
export function objectOf({ object_id, made_id, summary }: AuditEntry): string {
  const name = summary?.name;
  return typeof name === "string" && name !== "" ? name : object_id || made_id || "";
}

/** What an action is done to: its first word. */
const THINGS: Readonly<Record<string, string>> = {
  agent: "the agent",
  backup: "a backup",
  channel: "the notification channel",
  conversation: "the conversation",
  credential: "Claude’s login",
  invitation: "an invitation",
  login: "a login",
  machine: "the machine",
  schedule: "the schedule",
  skill: "the skill",
  task: "the task",
  token: "a token",
  user: "the person",
  variable: "the variable",
  webhook: "the webhook",
};

/** What was done to it: what follows the first word. */
const DEEDS: Readonly<Record<string, string>> = {
  change: "changed",
  create: "made",
  delete: "deleted",
  disable: "disabled",
  download: "downloaded",
  drain: "drained",
  enable: "enabled",
  end: "ended",
  "file-changed": "changed a file of",
  import: "imported",
  owner: "took over",
  pause: "paused",
  push: "pushed the branch of",
  rename: "renamed",
  replay: "replayed a delivery of",
  resume: "resumed",
  revert: "took back",
  revoke: "revoked",
  run: "ran",
  secret: "made a new secret for",
  set: "set",
  stop: "stopped",
  test: "tried",
  update: "changed",
  upload: "uploaded",
};

/** Where the two words together mean something else. */
const ACTIONS: Readonly<Record<string, string>> = {
  "approval.answer": "answered a question of a task",
  "budget.agent": "changed the budget of the agent",
  "budget.machine": "changed the budget of the machine",
  "budget.user": "changed the budget of the person",
  "credential.api-key": "set Claude’s API key",
  "credential.login": "began to log Claude in",
  "credential.login-code": "logged Claude in",
  "credential.logout": "logged Claude out",
  "credential.oauth-token": "set Claude’s token",
  "login-link.create": "made a login link",
  "login.invitation": "joined with an invitation",
  "login.link": "signed in with a link",
  "login.password": "signed in with a password",
  "login.setup": "set the machine up",
  "password.change": "changed their password",
  "task.approve-plan": "approved the plan of the task",
  "task.let-through": "lifted the budget for the task",
  "task.reply": "posted again the result of the task",
  "task.routing": "corrected the agent of the task",
  "variable.import": "imported variables",
};

const TOOL = /^tool\.(.+)$/;

/** What was done, as it stands after who did it; an action that is not known keeps its name. */
export function saidOf(action: string): string {
  if (ACTIONS[action]) return ACTIONS[action];
  const tool = TOOL.exec(action)?.[1];
  if (tool) return `used the tool ${tool.replaceAll("_", " ")}`;
  const [thing = "", ...rest] = action.split(".");
  const deed = DEEDS[rest.join(".")];
  return deed && THINGS[thing] ? `${deed} ${THINGS[thing]}` : action;
}

/** The same where it stands alone. */
function actionName(action: string): string {
  const said = saidOf(action);
  return said === action ? said : said.replace(/^./, (letter) => letter.toUpperCase());
}

/** What can be chosen: all that was done here, and what is asked for, in their order. */
export function actionsOf(done: readonly string[], asked: string): [string, string][] {
  const all = new Set(asked === "" ? done : [...done, asked]);
  return [...all].sort().map((action) => [action, actionName(action)]);
}
