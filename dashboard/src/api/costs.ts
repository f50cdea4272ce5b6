import { done, http } from "./machine";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type CostItem = Schemas["CostItem"];
export type CostReport = Schemas["CostReport"];
export type CostGroup = Schemas["CostGroup"];

/** Whose days these are: the reader's. */
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";

export const costs = {
  report: (group_by: CostGroup, days: number): Promise<CostReport> =>
    done(http.GET("/api/costs", { params: { query: { group_by, days, time_zone: ZONE } } })),
};
