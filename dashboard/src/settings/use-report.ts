import { type QueryKey, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useIsAdministrator } from "../live/hooks";

/** What the machine says of itself to administrators: asked for anew on each visit, and every `everyMs` where given. */
export function useReport<T>(key: QueryKey, get: () => Promise<T>, everyMs?: number): UseQueryResult<T> {
  return useQuery({
    queryKey: key,
    queryFn: get,
    enabled: useIsAdministrator(),
    refetchOnMount: "always",
    refetchInterval: everyMs ?? false,
  });
}
