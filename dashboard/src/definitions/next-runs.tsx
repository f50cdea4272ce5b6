import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { timeIn } from "../domain/format";
import { keys } from "../live/cache";
import { useNow } from "../parts/now";
import { When } from "../parts/when";

const LOOK_MS = 10_000;

/** The times of a schedule that are still to come, as its own clock shows them; the first also by how soon it is. */
export function NextRuns({ runs, zone }: { runs: readonly string[]; zone: string }) {
  return (
    <ol className="numeric">
      {useAhead(runs).map((at, index) => (
        <li key={at}>
          <time dateTime={at}>{timeIn(at, zone)}</time>
          {index === 0 && (
            <span className="text-soft">
              , <When at={at} />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

/** When a schedule runs next, in a few words. */
export function NextRun({ runs }: { runs: readonly string[] }) {
  const [at] = useAhead(runs);
  if (!at) return null;
  return (
    <span className="shrink-0 text-soft text-xs">
      next <When at={at} />
    </span>
  );
}

/** Those of `runs` that are still to come. When one has passed, the schedules are asked for anew. */
function useAhead(runs: readonly string[]): readonly string[] {
  const client = useQueryClient();
  const ahead = stillAhead(runs, useNow(LOOK_MS));
  const hasPassed = ahead.length < runs.length;
  useEffect(() => {
    if (hasPassed) void client.invalidateQueries({ queryKey: keys.definitions("schedules") });
  }, [client, hasPassed]);
  return ahead;
}

export function stillAhead(runs: readonly string[], now: number): readonly string[] {
  return runs.filter((at) => Date.parse(at) > now);
}
