import { useQueryClient } from "@tanstack/react-query";
import { keys } from "../live/cache";

/** What to do after variables have changed: agents and webhooks are warned of those that are missing. */
export function useChanged(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    void client.invalidateQueries({ queryKey: ["definitions"] });
    await client.invalidateQueries({ queryKey: keys.variables });
  };
}
