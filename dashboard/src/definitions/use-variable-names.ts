import { useQuery } from "@tanstack/react-query";
import { variables } from "../api/variables";
import { keys } from "../live/cache";
import { useIsAdministrator } from "../live/hooks";

/** The variables that people have named, for who may see them; unset until they are there. Secrets of webhooks are none. */
export function useVariableNames(): string[] | undefined {
  const enabled = useIsAdministrator();
  const { data } = useQuery({
    queryKey: keys.variables,
    queryFn: variables.list,
    enabled,
    refetchOnMount: "always",
  });
  return data?.items.filter(({ made_for }) => made_for === "").map(({ name }) => name);
}
