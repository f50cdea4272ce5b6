import type { Machine } from "../api/machines";

type State = Machine["state"];
type Role = Machine["role"];

export const ROLES: Readonly<Record<Role, string>> = {
  all: "does everything",
  web: "takes requests",
  worker: "runs tasks",
};

export const STATES: Readonly<Record<State, { name: string; tone: "good" | "warn" | "bad" | "plain" }>> = {
  ready: { name: "ready", tone: "good" },
  draining: { name: "drained", tone: "warn" },
  lost: { name: "lost", tone: "bad" },
  gone: { name: "shut down", tone: "plain" },
};

/** Whether it is there: what it says of itself is so now. */
export function isPresent({ state }: Pick<Machine, "state">): boolean {
  return state === "ready" || state === "draining";
}

/** Those that are there, and those that are not any more, each by name. */
export function parted(items: readonly Machine[]): { present: Machine[]; absent: Machine[] } {
  const byName = [...items].sort((a, b) => (a.machine_id < b.machine_id ? -1 : 1));
  return { present: byName.filter(isPresent), absent: byName.filter((one) => !isPresent(one)) };
}

/** The version that most of those that are there run, where they do not all run the same; of equally many, the newer. */
export function usualVersion(items: readonly Machine[]): string | null {
  const counts = new Map<string, number>();
  for (const { version } of items.filter(isPresent)) counts.set(version, (counts.get(version) ?? 0) + 1);
  if (counts.size < 2) return null;
  const newerFirst = [...counts].sort(([a], [b]) => b.localeCompare(a, "en", { numeric: true }));
  return newerFirst.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/** What it has to do: "2 running, 1 waiting for a person". Empty for nothing. */
export function tasksText({ queued, running, waiting }: Machine["tasks"]): string {
  const parts = [
    running > 0 && `${running} running`,
    waiting > 0 && `${waiting} waiting for a person`,
    queued > 0 && `${queued} queued`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** How many of its slots are in use, from 0 to 1; null for one that runs no tasks. */
export function busyShare({ slots, tasks }: Pick<Machine, "slots" | "tasks">): number | null {
  return slots > 0 ? Math.min(1, tasks.running / slots) : null;
}

/** How busy its computer is: "CPU 12 %, memory 40 %"; empty where it has not said. */
export function computerText({ cpu_percent, memory_percent }: Machine["load"]): string {
  const parts = [
    cpu_percent != null && `CPU ${Math.round(cpu_percent)} %`,
    memory_percent != null && `memory ${Math.round(memory_percent)} %`,
  ];
  return parts.filter(Boolean).join(", ");
}
