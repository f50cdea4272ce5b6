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

/** What can be chosen: all that was done here, and what is asked for, in their order. */
export function actionsOf(done: readonly string[], asked: string): [string, string][] {
  const all = new Set(asked === "" ? done : [...done, asked]);
  return [...all].sort().map((action) => [action, action]);
}
