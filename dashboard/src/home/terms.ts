import type { NewTask } from "../api/machine";
import { ApiError } from "../api/problem";
import { type CodeTexts, codeFaults, codeWords, NO_CODE, saidCode } from "../domain/code";
import { type FieldFault, fieldFaults } from "../domain/definition";

/** The code that a task is about, and its limits, as they stand in their fields. */
export interface Terms extends CodeTexts {
  cost: string;
  turns: string;
  minutes: string;
  priority: string;
  isInteractive: boolean;
}

export const NO_TERMS: Terms = {
  ...NO_CODE,
  ...{ cost: "", turns: "", minutes: "", priority: "" },
  isInteractive: false,
};

type Said = Partial<NewTask>;

/** Terms as they were kept, by an earlier version of the page perhaps. */
export function termsOf(kept: Partial<Terms>): Terms {
  return { ...NO_TERMS, ...kept };
}

export function isNothing(terms: Terms): boolean {
  return Object.keys(said(terms)).length === 0;
}

/** What the fields say, as a task takes it: what is empty is left to the agent and the machine. */
export function said({ cost, turns, minutes, priority, isInteractive, ...code }: Terms): Said {
  return {
    ...saidCode(code),
    ...(cost.trim() ? { max_budget_usd: Number(cost) } : {}),
    ...(turns.trim() ? { max_turns: Number(turns) } : {}),
    ...(minutes.trim() ? { timeout_seconds: Math.round(Number(minutes) * 60) } : {}),
    ...(priority.trim() ? { priority: Number(priority) } : {}),
    ...(isInteractive ? { is_interactive: true } : {}),
  };
}

const MAX_MINUTES = 7 * 24 * 60;

/** What is wrong with them, by the names that the machine has for the fields; it has the last word. */
export function faultsOf(terms: Terms): FieldFault[] {
  const { max_budget_usd, max_turns, priority } = said(terms);
  const isWhole = (value: number) => Number.isInteger(value);
  const rules: readonly (readonly [keyof NewTask, boolean, string])[] = [
    ["max_budget_usd", max_budget_usd != null && !(max_budget_usd > 0), "More than 0."],
    ["max_turns", max_turns != null && !(isWhole(max_turns) && max_turns > 0), "A whole number, 1 or more."],
    [
      "timeout_seconds",
      terms.minutes.trim() !== "" && !(Number(terms.minutes) > 0 && Number(terms.minutes) <= MAX_MINUTES),
      "More than 0, and a week at most.",
    ],
    [
      "priority",
      priority != null && !(isWhole(priority) && Math.abs(priority) <= 100),
      "A whole number from -100 to 100.",
    ],
  ];
  return [
    ...codeFaults(terms),
    ...rules.flatMap(([field, isWrong, what]) => (isWrong ? [{ path: [field], what }] : [])),
  ];
}

const FIELDS: ReadonlySet<unknown> = new Set<keyof NewTask>([
  ...(["repository", "ref", "base", "credentials", "priority", "is_interactive"] as const),
  ...(["max_budget_usd", "max_turns", "timeout_seconds"] as const),
]);

/**
 * Begins a task on what was kept of its terms. Rejects when it does not begin, and has `refuse` told of what is wrong
 * with its fields, by the machine's names for them.
 */
export async function within(
  kept: Partial<Terms>,
  begin: (terms: Said) => Promise<void>,
  refuse: (faults: readonly FieldFault[]) => void,
): Promise<void> {
  const terms = termsOf(kept);
  const wrong = faultsOf(terms);
  try {
    if (wrong.length === 0) await begin(said(terms));
  } catch (error) {
    const faults = error instanceof ApiError ? fieldFaults(error.faults) : [];
    if (faults.length === 0 || !faults.every(({ path }) => FIELDS.has(path[0]))) throw error;
    wrong.push(...faults);
  }
  if (wrong.length === 0) return;
  refuse(wrong);
  throw new Error("Something is wrong under Code and limits: see the red lines there.");
}

/** In a few words: `shop at main, $5, 20 turns, 30 min`. */
export function termsWords(terms: Terms): string {
  const { credentials, is_interactive } = said(terms);
  return [
    codeWords(terms),
    credentials,
    terms.cost && `$${terms.cost}`,
    terms.turns && `${terms.turns} turns`,
    terms.minutes && `${terms.minutes} min`,
    terms.priority && `priority ${terms.priority}`,
    is_interactive && "stays open",
  ]
    .filter(Boolean)
    .join(", ");
}
