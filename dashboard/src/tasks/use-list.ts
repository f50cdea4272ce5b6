import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { machine, type TaskPage } from "../api/machine";
import type { Task } from "../domain/task";
import { applyAll } from "../live/cache";
import { useLive } from "../live/hooks";
import { fits, type TaskFilter } from "./filter";
import { listKey } from "./list";

const PAGE = 100;
/** A page of a search may be short, or empty, and not the last: so many are wanted before somebody scrolls. */
const WANTED = 60;

/** No row shows its texts, and of a hundred thousand tasks they are half of all that is kept. */
const lean = (task: Task): Task => ({ ...task, input_message: "", result: null });
/** Where words are looked for, they are looked for in a task that changes, too. */
const same = (task: Task): Task => task;

/** The tasks that fit, newest first, as far as they are loaded; live. */
export function useTaskList(filter: TaskFilter) {
  const { feed } = useLive();
  const query = useInfiniteQuery({
    queryKey: listKey(filter),
    initialPageParam: null as string | null,
    getNextPageParam: (page: TaskPage) => page.next_cursor,
    // Comparing a hundred thousand tasks with themselves costs more than drawing the few that are seen.
    structuralSharing: false,
    gcTime: 60_000,
    queryFn: async ({ pageParam }): Promise<TaskPage> => {
      const { snapshot, arrived } = await feed.during(() => machine.list(filter, pageParam, PAGE));
      const page = applyAll(snapshot, arrived, pageParam === null);
      return { ...page, items: page.items.filter((task) => fits(task, filter)).map(filter.q ? same : lean) };
    },
  });
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const tasks = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const isShort = tasks.length < WANTED && hasNextPage && !isFetching && !isFetchNextPageError;
  useEffect(() => {
    if (isShort) void fetchNextPage();
  }, [isShort, fetchNextPage]);
  return { ...query, tasks };
}
