import { ago, dated } from "./format";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** How long ago, or how soon, in a few words; further away than two weeks, the date. */
export function relative(iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  if (Math.abs(seconds) < MINUTE) return seconds > 0 ? "in a minute" : "just now";
  if (seconds < 0) return seconds > -DAY ? `${ago(iso, now)} ago` : ago(iso, now);
  if (seconds < HOUR) return `in ${Math.ceil(seconds / MINUTE)} min`;
  if (seconds < DAY) return `in ${Math.round(seconds / HOUR)} h`;
  if (seconds < 14 * DAY) return `in ${Math.round(seconds / DAY)} days`.replace(/^in 1 days$/, "in a day");
  return dated(iso, now);
}
