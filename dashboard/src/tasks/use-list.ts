import { type QueryClient, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { machine, type TaskPage } from "../api/machine";
import type { Task } from "../domain/task";
import { type FeedEvent, isTaskEvent } from "../feed/wire";
import { useLive } from "../live/hooks";
import { keepingUp } from "../live/keeping-up";
import type { TaskFilter } from "./filter";
import { applyToLoaded, knownTask, listKey, type TaskPages } from "./list";

const PAGE = 100;
/** A page of a search may be short, or empty, and not the last: so many are wanted before somebody scrolls. */
const WANTED = 60;

/** No row shows its texts, and of a hundred thousand tasks they are half of all that is kept; a search looks at them. */
const lean = (task: Task): Task => ({ ...task, input_message: "", result: null });
/** Whether a task that is known nowhere may have begun to belong on the first page after the machine wrote it. */
function isStrange(client: QueryClient, { items }: TaskPage, event: FeedEvent): boolean {
  if (!isTaskEvent(event) || event.type === "task.created" || event.type === "task.metrics") return false;
  return !knownTask(client, event.task_id) && items.every(({ task_id }) => task_id !== event.task_id);
}

/** The tasks that fit, newest first, as far as they are loaded; live. */
export function useTaskList(filter: TaskFilter) {
  const { feed, client } = useLive();
  const query = useInfiniteQuery({
    queryKey: listKey(filter),
    initialPageParam: null as string | null,
    getNextPageParam: (page: TaskPage) => page.next_cursor,
    // Comparing a hundred thousand tasks with themselves costs more than drawing the few that are seen.
    structuralSharing: false,
    gcTime: 60_000,
    queryFn: async ({ pageParam }): Promise<TaskPage> => {
      const load = () => machine.list(filter, pageParam, PAGE);
      const { snapshot, arrived } = await feed.during(load);
      const isOld = pageParam === null && arrived.some((event) => isStrange(client, snapshot, event));
      const page = isOld ? await load() : snapshot;
      return filter.q ? page : { ...page, items: page.items.map(lean) };
    },
    ...keepingUp<TaskPages>(feed, (loaded, event) => applyToLoaded(client, loaded, filter, event)),
  });
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const tasks = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const isShort = tasks.length < WANTED && hasNextPage && !isFetching && !isFetchNextPageError;
  useEffect(() => {
    if (isShort) void fetchNextPage();
  }, [isShort, fetchNextPage]);
  return { ...query, tasks };
}
