import { type QueryKey, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useIsAdministrator } from "../live/hooks";

interface Options {
  enabled?: boolean;
  everyMs?: number;
}

/**
 * What no event of the feed tells of: asked for anew on each visit and when somebody comes back to the tab, since the
 * command line or another person may have changed it. What was there before is shown until then.
 */
export function useFresh<T>(
  key: QueryKey,
  get: () => Promise<T>,
  { enabled = true, everyMs }: Options = {},
): UseQueryResult<T> {
  return useQuery({
    queryKey: key,
    queryFn: get,
    enabled,
    refetchOnMount: "always",
    refetchOnWindowFocus: "always",
    refetchInterval: everyMs ?? false,
  });
}

/** What the machine says of itself to administrators, asked for anew every `everyMs` where given. */
export function useReport<T>(key: QueryKey, get: () => Promise<T>, everyMs?: number): UseQueryResult<T> {
  return useFresh(key, get, { enabled: useIsAdministrator(), ...(everyMs ? { everyMs } : {}) });
}
