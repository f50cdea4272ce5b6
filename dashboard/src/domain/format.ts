import type { CostKind } from "../feed/wire";
import type { Task } from "./task";

const whole = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY_AND_CLOCK: Intl.DateTimeFormatOptions = {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
};
const dayAndClock = new Intl.DateTimeFormat(undefined, DAY_AND_CLOCK);
const yearAndAll = new Intl.DateTimeFormat(undefined, { ...DAY_AND_CLOCK, year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** 950, 12.3k, 1.2M */
export function tokens(count: number): string {
  return count < 10_000 ? whole.format(count) : compact.format(count).replace("K", "k");
}

/** Enough digits to see a small cost grow, no more. */
export function dollars(usd: number): string {
  if (usd === 0) return "$0";
  return `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}

/** How the costs of one column are written: all with the same digits, so that they can be compared at a glance. */
export function dollarsIn(column: readonly number[]): (usd: number) => string {
  const digits = Math.max(...column, 0) < 0.1 ? 4 : 2;
  const least = 10 ** -digits;
  return (usd) => {
    if (usd === 0) return "$0";
    return usd < least / 2 ? `<$${least.toFixed(digits)}` : `$${usd.toFixed(digits)}`;
  };
}

const KINDS: Readonly<Record<CostKind, string>> = {
  billed: "billed",
  subscription: "subscription estimate",
  demo: "demo",
};

const MEANINGS: Readonly<Record<CostKind, string>> = {
  billed: "Billed by the API.",
  subscription: "What it would cost at API rates. A subscription covers it: nobody is billed.",
  demo: "Play money: the demo model costs nothing.",
};

/** Of which kind a cost is, and what that means. */
export function costKind(kind: CostKind, estimated: boolean): { label: string; meaning: string } {
  const note = estimated ? " Part of it is estimated: a turn was stopped before its cost was known." : "";
  return { label: KINDS[kind] ?? kind, meaning: (MEANINGS[kind] ?? "") + note };
}

/** 8 s, 2 min 5 s, 3 h 20 min */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total} s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return total % 60 === 0 ? `${minutes} min` : `${minutes} min ${total % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What a task took and what it cost, without what is nothing yet. */
export function spent(seconds: number, usd: number): string {
  return [seconds >= 0.5 && duration(seconds), usd > 0 && dollars(usd)].filter(Boolean).join(" · ");
}

/** How long ago, in one short word; from a day on, the date, with the year where it is another one. */
export function ago(iso: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (seconds < 60) return "now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return dated(iso, now);
}

export function time(iso: string): string {
  return clock.format(new Date(iso));
}

/** The day and the time; the year where it is not that of `now`. */
export function dated(iso: string, now: number): string {
  const at = new Date(iso);
  return at.getFullYear() === new Date(now).getFullYear() ? dayAndClock.format(at) : yearAndAll.format(at);
}

/** Whether a moment is on the reader's day of `now`. */
function isOnDayOf(iso: string, now: number): boolean {
  return new Date(iso).toDateString() === new Date(now).toDateString();
}

/** A moment as short as it can be: the time where it is on the day of `now`, else with the day. */
export function moment(iso: string, now: number): string {
  return isOnDayOf(iso, now) ? time(iso) : dated(iso, now);
}

/** The same in a sentence: "at 14:00", "on Nov 30, 14:00". */
export function atMoment(iso: string, now: number): string {
  return `${isOnDayOf(iso, now) ? "at" : "on"} ${moment(iso, now)}`;
}

export function fullTime(iso: string): string {
  return full.format(new Date(iso));
}

/** A moment as the clock of `zone` shows it, with the zone's name; of the reader's own where the browser knows none such. */
export function timeIn(iso: string, zone: string): string {
  const shown: Intl.DateTimeFormatOptions = {
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  };
  try {
    return new Intl.DateTimeFormat(undefined, { ...shown, timeZone: zone }).format(new Date(iso));
  } catch (error) {
    if (error instanceof RangeError) return new Intl.DateTimeFormat(undefined, shown).format(new Date(iso));
    throw error;
  }
}

const PARKED: ReadonlySet<string> = new Set(["not_logged_in", "quota", "budget"]);

/** What a task's status is called, with the reason where there is one. */
export function statusText(task: Pick<Task, "status" | "waiting_reason" | "queue_reason">): string {
  switch (task.status) {
    case "queued":
      return task.queue_reason && PARKED.has(task.queue_reason) ? "Parked" : "Queued";
    case "running":
      return "Running";
    case "waiting_input":
      if (task.waiting_reason === "approval") return "Needs your answer";
      return task.waiting_reason === "interrupted" ? "Interrupted" : "Open for a message";
    case "completed":
      return "Completed";
    case "failed":
      return "Failed";
    case "cancelled":
      return "Stopped";
    default:
      return task.status;
  }
}
