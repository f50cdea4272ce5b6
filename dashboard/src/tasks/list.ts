import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { TaskPage } from "../api/machine";
import { applyToTask, type Task, taskOf } from "../domain/task";
import type { TaskEvent } from "../feed/wire";
import { patch } from "../live/patch";
import { fits, type TaskFilter } from "./filter";

export type TaskPages = InfiniteData<TaskPage, string | null>;

export const LISTS = ["tasks", "list"] as const;
export const listKey = (filter: TaskFilter) => [...LISTS, filter] as const;

// After a gap in the feed all that is loaded is asked for again: of a long list only its beginning.
const ASKED_AGAIN = 3;

/**
 * A list after an event: a task that changed stays where it is, goes when it no longer belongs, comes in its place
 * when it now does. `known` is the task as it is known elsewhere, where the list does not have it.
 */
export function applyToList(
  data: TaskPages,
  filter: TaskFilter,
  event: TaskEvent,
  known: Task | undefined,
): TaskPages {
  const at = data.pages.findIndex(({ items }) => items.some(({ task_id }) => task_id === event.task_id));
  if (at >= 0) {
    return onPage(data, at, (items) =>
      items
        .map((task) => applyToTask(task, event))
        .filter((task) => task.task_id !== event.task_id || fits(task, filter)),
    );
  }
  const task = event.type === "task.created" ? taskOf(event) : known && applyToTask(known, event);
  if (!task || !fits(task, filter)) return data;
  const place = data.pages.findIndex((page) => belongsOn(page, task));
  if (place < 0) return data;
  return onPage(data, place, (items) => [...items, task].sort((a, b) => (a.task_id < b.task_id ? 1 : -1)));
}

/** Whether a task is to stand on a page: newer than its last one, or at the end of all. */
function belongsOn({ items, next_cursor }: TaskPage, task: Task): boolean {
  const last = items.at(-1);
  return (last !== undefined && last.task_id < task.task_id) || next_cursor === null;
}

function onPage(data: TaskPages, at: number, change: (items: Task[]) => Task[]): TaskPages {
  const pages = data.pages.map((page, index) =>
    index === at ? { ...page, items: change(page.items) } : page,
  );
  return { ...data, pages };
}

/** Carries an event into all lists that are loaded. */
export function applyToLists(client: QueryClient, event: TaskEvent): void {
  // Text as it is written changes no task in a list.
  if (event.type === "task.output") return;
  for (const query of client.getQueryCache().findAll({ queryKey: LISTS })) {
    const filter = (query.queryKey[2] ?? {}) as TaskFilter;
    patch<TaskPages>(client, query.queryKey, (data) =>
      applyToList(data, filter, event, knownTask(client, event.task_id)),
    );
  }
}

/** A list that has just come after an event of meanwhile: in the cache is what was there before, and has had it already. */
export function applyToLoaded(
  client: QueryClient,
  loaded: TaskPages,
  filter: TaskFilter,
  event: TaskEvent,
): TaskPages {
  const before = client.getQueryData<TaskPages>(listKey(filter))?.pages ?? [];
  const isIt = ({ task_id }: Task) => task_id === event.task_id;
  const known = before.find(({ items }) => items.some(isIt))?.items.find(isIt);
  return applyToList(loaded, filter, event, known ?? knownTask(client, event.task_id));
}

/** The task as some other list has it: among those that are open, the newest, or as the one that was looked at. */
export function knownTask(client: QueryClient, taskId: string): Task | undefined {
  const open = client.getQueryData<Pick<TaskPage, "items">>(["tasks", "active"])?.items ?? [];
  const recent = client.getQueryData<TaskPages>(["tasks", "recent"])?.pages ?? [];
  const isIt = ({ task_id }: Task) => task_id === taskId;
  return (
    open.find(isIt) ??
    recent.flatMap(({ items }) => items).find(isIt) ??
    client.getQueryData<Task>(["task", taskId])
  );
}

/** Lists that are to be asked for again begin anew, so that nobody asks for hundreds of pages. */
export function shortenLists(client: QueryClient): void {
  client.setQueriesData<TaskPages>(
    { queryKey: LISTS },
    (data) =>
      data && {
        pages: data.pages.slice(0, ASKED_AGAIN),
        pageParams: data.pageParams.slice(0, ASKED_AGAIN),
      },
  );
}
