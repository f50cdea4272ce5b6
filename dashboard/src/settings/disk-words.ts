import type { DiskReport, OwnBackups } from "../api/disk";

const UNITS = ["KB", "MB", "GB", "TB"];

/** 512 KB, 12.3 MB, 4 GB: of 1024, as the machine's own limits are. */
export function room(bytes: number): string {
  let size = bytes / 1024;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size < 100 ? Number(size.toFixed(1)) : Math.round(size)} ${UNITS[unit]}`;
}

const DURATION = /^P(?:(\d+)Y)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** A length of time as the machine writes it (P30D, P1Y), in days; null for one that it does not write. */
export function daysOf(duration: string): number | null {
  const found = DURATION.exec(duration);
  if (!found) return null;
  const [years, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
  const sum = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  return (years ?? 0) * 365 + (days ?? 0) + sum / 86_400;
}

/** "after 30 days"; "never" where it is kept for ever. */
export function goes(duration: string | null): string {
  if (duration === null) return "never";
  const days = daysOf(duration);
  if (days === null) return `after ${duration}`;
  return days === 1 ? "after a day" : `after ${Number(days.toFixed(1))} days`;
}

/** A part of the data folder: what is in it, and what becomes of that. */
export interface Part {
  id: string;
  name: string;
  about: string;
  bytes: number;
}

type Words = (report: DiskReport) => readonly [name: string, about: string];

const PARTS: Readonly<Record<string, Words>> = {
  db: ({ keeping }) => [
    "Database",
    `Output of ended tasks goes ${goes(keeping.events)}, webhooks’ deliveries ${goes(keeping.deliveries)}, the tasks themselves ${goes(keeping.tasks)}. What they cost stays.`,
  ],
  config: () => ["Definitions", "Agents, skills, webhooks, schedules and sealed variables. They stay."],
  credentials: () => ["Claude’s login and conversations", "With the key of the variables. They stay."],
  attachments: () => ["Files that came with messages", "They go when their conversation is deleted."],
  workspaces: ({ keeping }) => [
    "Workspaces",
    `The folder of a conversation that is over goes ${goes(keeping.workspaces)}; work that was not pushed keeps it.`,
  ],
  homes: () => ["Homes of agents", "Each goes with its workspace."],
  scratch: () => ["Caches of agents", "Each goes with its workspace."],
  repos: () => ["Mirrors of repositories", "They stay, and can be fetched again."],
  backups: ({ backups: { every_hours, keep } }) => [
    "Backups",
    every_hours > 0 ? `The newest ${keep} stay.` : "They stay until somebody removes them.",
  ],
  "before-restore": ({ keeping }) => [
    "From before a restore",
    `It goes ${goes(keeping.set_aside)}; with workspaces in it, it stays until somebody removes it.`,
  ],
};

/** What takes the room, the most first. */
export function partsOf(report: DiskReport): Part[] {
  const parts = Object.entries(report.parts).map(([id, bytes]) => {
    const words = Object.hasOwn(PARTS, id) ? PARTS[id] : undefined;
    const [name, about] = words?.(report) ?? [id, ""];
    return { id, name, about, bytes };
  });
  return parts.sort((a, b) => b.bytes - a.bytes);
}

/** What the machine's own data take, all parts together. */
export function ownBytes({ parts }: DiskReport): number {
  return Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
}

/** How often the machine saves itself. */
export function backupWords({ every_hours, keep, encrypted }: OwnBackups): string {
  if (every_hours === 0) return "The machine makes no backup by itself.";
  const often =
    every_hours === 24 ? "every day" : every_hours === 1 ? "every hour" : `every ${every_hours} hours`;
  return `The machine makes a backup ${often} and keeps the newest ${keep}, ${encrypted ? "encrypted" : "not encrypted"}.`;
}

const MIN_PASSPHRASE = 8;

/** What is wrong with a passphrase, as the machine would say it; null for a good one and for none. */
export function passphraseFault(words: string): string | null {
  if (words === "") return null;
  if (words !== words.trim()) return "No space at its ends: it could not be typed again.";
  return [...words].length < MIN_PASSPHRASE ? `At least ${MIN_PASSPHRASE} characters.` : null;
}

/** What the last pass over old things removed, in words. */
export function tidiedWords(last: NonNullable<DiskReport["last_tidied"]>): string {
  const counts = [
    [last.events ?? 0, "event", "events"],
    [last.tasks ?? 0, "task", "tasks"],
    [last.deliveries ?? 0, "delivery", "deliveries"],
    [last.workspaces ?? 0, "workspace", "workspaces"],
    [last.set_aside ?? 0, "folder from before a restore", "folders from before a restore"],
  ] as const;
  const gone = counts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  return gone.length > 0 ? `${gone.join(", ")} removed` : "nothing to remove";
}
