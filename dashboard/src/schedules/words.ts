import type { ScheduleForm } from "../api/schedules";

/** What can be done while a former task of a schedule still runs: to choose from, and as it stands on its page. */
export const OVERLAPS: Readonly<Record<ScheduleForm["overlap"], readonly [choice: string, said: string]>> = {
  skip: ["Leave this one out", "it is left out"],
  enqueue: ["Wait for it; ten may wait", "it waits for that one"],
  replace: ["Stop it, and run this one", "that one is stopped, and it runs instead"],
};

/** The same of times that came while the machine was off. */
export const MISSED: Readonly<Record<ScheduleForm["missed"], readonly [choice: string, said: string]>> = {
  skip: ["Leave it out", "it is left out"],
  once: ["Run once for all that were missed", "it runs once for all that were missed"],
};

/** As a field offers them. */
export function choices<Key extends string>(
  words: Readonly<Record<Key, readonly [choice: string, said: string]>>,
): readonly (readonly [Key, string])[] {
  return (Object.keys(words) as Key[]).map((key) => [key, words[key][0]] as const);
}
