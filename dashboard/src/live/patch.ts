import type { QueryClient, QueryKey } from "@tanstack/react-query";

/** Changes what is loaded under a key, where something is. What has to be asked for again stays marked so. */
export function patch<T>(client: QueryClient, key: QueryKey, change: (data: T) => T): void {
  const before = client.getQueryState<T>(key);
  if (before?.data === undefined) return;
  const next = change(before.data);
  if (next === before.data) return;
  client.setQueryData(key, next);
  if (before.isInvalidated)
    void client.invalidateQueries({ queryKey: key, exact: true, refetchType: "none" });
}
