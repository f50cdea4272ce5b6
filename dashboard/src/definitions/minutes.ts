/** Seconds as minutes, to two places; empty for none, and for what is no number. */
export function minutesOf(seconds: unknown): string {
  return typeof seconds === "number" ? String(Math.round((seconds / 60) * 100) / 100) : "";
}

/** The same the other way round, in whole seconds; null for nothing. */
export function secondsOf(minutes: string): number | null {
  return minutes.trim() === "" ? null : Math.round(Number(minutes) * 60);
}
