import type { Budget, BudgetNotice, BudgetReport } from "../api/budgets";
import { dollars } from "../domain/format";
import type { CostKind } from "../feed/wire";

/** As the machine bounds it. */
const MOST_USD = 1_000_000;

/** A budget, or that there could be one. */
export interface Line extends Budget {
  /** Whose it is, is still there to be given a limit. */
  isSettable: boolean;
}

/** Somebody or something that may have a budget. */
export interface Spender {
  name: string;
  label: string;
}

/** Those of `scope`: first what the machine tells of, then everybody who has neither spent anything nor a limit. */
export function linesOf(
  report: BudgetReport,
  scope: Budget["scope"],
  there: readonly Spender[] | undefined,
): Line[] {
  const told = report.items.filter((one) => one.scope === scope);
  const isThere = ({ name }: Budget) => there?.some((one) => one.name === name) ?? true;
  const others = (there ?? []).filter(({ name }) => !told.some((one) => one.name === name));
  return [
    ...told.map((one) => ({ ...one, isSettable: isThere(one) })),
    ...others.map((one): Line => ({ ...one, ...UNUSED, spent: [], scope, isSettable: true })),
  ];
}

const UNUSED = { daily_usd: null, spent_usd: 0, state: "free" } as const;

const SPENT: Readonly<Record<CostKind, string>> = {
  billed: "billed",
  subscription: "on a subscription at API prices (no bill)",
  demo: "of demo money",
};

/** What was spent today, each kind of dollars apart. */
export function spentWords({ spent }: Pick<Budget, "spent">): string {
  const parts = (spent ?? []).filter(({ cost_usd }) => cost_usd > 0);
  if (parts.length === 0) return "nothing";
  return parts
    .map(({ cost_kind, cost_usd }) => `${dollars(cost_usd)} ${SPENT[cost_kind] ?? cost_kind}`)
    .join(", ");
}

/** How much of the limit is used, from 0 to 1. A limit of nothing is used up. */
export function share({ daily_usd, spent_usd }: Pick<Budget, "daily_usd" | "spent_usd">): number {
  if (daily_usd === null) return 0;
  return daily_usd === 0 ? 1 : Math.min(1, (spent_usd ?? 0) / daily_usd);
}

/** The dollars that somebody typed; null for what is no amount that a day can cost. */
export function amountOf(text: string): number | null {
  const typed = text.trim().replace(/^\$\s*/, "");
  if (!/^\d+(\.\d+)?$/.test(typed)) return null;
  const usd = Number(typed);
  return usd <= MOST_USD ? usd : null;
}

/** What keeps the work of that person waiting today: the machine's budget, else their own. */
export function usedUp(budgets: readonly BudgetNotice[], userId: string): BudgetNotice | undefined {
  const empty = budgets.filter(({ state }) => state === "used_up");
  return (
    empty.find(({ scope }) => scope === "machine") ??
    empty.find(({ scope, name }) => scope === "user" && name === userId)
  );
}
