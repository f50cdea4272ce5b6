import { type CostGroup, costs } from "../api/costs";

const REFRESH_MS = 60_000;

/** A report that stays new while somebody looks at it; asked for once, however many do. */
export function reportQuery(group: CostGroup, days: number) {
  return {
    queryKey: ["costs", group, days],
    queryFn: () => costs.report(group, days),
    staleTime: 0,
    refetchInterval: REFRESH_MS,
  };
}
