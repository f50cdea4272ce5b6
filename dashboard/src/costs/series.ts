import type { CostItem } from "../api/costs";
import type { CostKind } from "../feed/wire";

/** One bar. */
export interface Point {
  key: string;
  label: string;
  usd: number;
  tasks: number;
  tokens: number;
}

const DAY_MS = 86_400_000;
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: "UTC" });

/** The days up to the newest key there can be, gaps filled, oldest first. `today` as `2026-11-22`. */
export function byDay(items: readonly CostItem[], days: number, today: string): Point[] {
  const known = new Map(items.map((item) => [item.key, item]));
  const last = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: days }, (_, index) => {
    const at = new Date(last - (days - 1 - index) * DAY_MS);
    const key = at.toISOString().slice(0, 10);
    const item = known.get(key);
    return item ? { ...pointOf(item), label: day.format(at) } : { ...NOTHING, key, label: day.format(at) };
  });
}

const NOTHING = { usd: 0, tasks: 0, tokens: 0 };

function pointOf(item: CostItem): Point {
  const { key, label, cost_usd: usd, tasks, input_tokens, output_tokens } = item;
  return { key, label, usd, tasks, tokens: input_tokens + output_tokens };
}

/** The dearest `shown`, and all others as one. */
export function dearest(items: readonly CostItem[], shown: number): Point[] {
  const points = items.map(pointOf).sort((a, b) => b.usd - a.usd || b.tasks - a.tasks);
  const rest = points.slice(shown);
  if (rest.length < 2) return points;
  const sum = (of: (point: Point) => number) => rest.reduce((all, point) => all + of(point), 0);
  const others: Point = {
    key: "",
    label: `${rest.length} others`,
    usd: sum(({ usd }) => usd),
    tasks: sum(({ tasks }) => tasks),
    tokens: sum(({ tokens }) => tokens),
  };
  return [...points.slice(0, shown), others];
}

/** Kinds of dollars in the order in which they are shown, and what they are called there. */
export const KIND_TITLES: Readonly<Record<CostKind, string>> = {
  billed: "Billed",
  subscription: "Covered by a subscription",
  demo: "Demo",
};
const KINDS = Object.keys(KIND_TITLES) as CostKind[];

/** What one kind of dollars came to in the newest day, in seven days and in all days that were asked for. */
export interface Sums {
  kind: CostKind;
  today: number;
  week: number;
  all: number;
}

/** The same for each kind that there is, never added together. `today` as `2026-11-22`. */
export function sumsOf(items: readonly CostItem[], today: string): Sums[] {
  const week = new Date(Date.parse(`${today}T00:00:00Z`) - 6 * DAY_MS).toISOString().slice(0, 10);
  return KINDS.flatMap((kind) => {
    const own = items.filter(({ cost_kind }) => cost_kind === kind);
    if (own.length === 0) return [];
    const since = (day: string) =>
      own.filter(({ key }) => key >= day).reduce((sum, { cost_usd }) => sum + cost_usd, 0);
    return { kind, today: since(today), week: since(week), all: since("") };
  });
}

/** A round number at or above `most`, for the top of a graph. */
export function topOf(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step =
    [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= most * (1 - 1e-9)) ?? 10;
  // Not 0.15000000000000002.
  return Number((step * power).toPrecision(6));
}

/** The reader's own day. */
export function todayKey(now = new Date()): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
