import type { InfiniteData } from "@tanstack/react-query";
import type { Feed } from "../feed/feed";
import { isTaskEvent, type TaskEvent } from "../feed/wire";

/**
 * For a list of many pages: what happens while one more is loaded, or all of them once more, is carried into what comes.
 * Without it the pages are put back as they were when the loading began.
 */
export function keepingUp<Pages extends InfiniteData<unknown, string | null>>(
  feed: Feed,
  apply: (loaded: Pages, event: TaskEvent) => Pages,
) {
  const load = async (pages: () => Promise<Pages>): Promise<Pages> => {
    const { snapshot, arrived } = await feed.during(pages);
    return arrived.filter(isTaskEvent).reduce(apply, snapshot);
  };
  return {
    // The one place that the library has around the whole of a fetch. By its type it is about one page; it is not.
    persister: load as never,
    // As everything else: a list with that is otherwise asked for without a network, too.
    networkMode: "online" as const,
  };
}
