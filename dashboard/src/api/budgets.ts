import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Budget = Schemas["BudgetView"];
export type BudgetReport = Schemas["BudgetReport"];
export type BudgetNotice = Schemas["BudgetNotice"];

export const budgets = {
  report: (): Promise<BudgetReport> => done(http.GET("/api/budgets")),
  /** What a day may cost; null for no limit. The answer is how all budgets stand then. */
  set({ scope, name }: Pick<Budget, "scope" | "name">, daily_usd: number | null): Promise<BudgetReport> {
    const body = { daily_usd };
    if (scope === "machine") return done(http.PUT("/api/budgets/machine", { body }));
    return scope === "user"
      ? done(http.PUT("/api/budgets/users/{user_id}", { params: { path: { user_id: name } }, body }))
      : done(http.PUT("/api/budgets/agents/{name}", { params: { path: { name } }, body }));
  },
  /** Lets a task that a budget holds back go on today. */
  letThrough: (task_id: string) =>
    done(http.POST("/api/tasks/{task_id}/let-through", { params: { path: { task_id } } })),
};
