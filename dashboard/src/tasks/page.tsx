import { useSearch } from "@tanstack/react-router";
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Task } from "../domain/task";
import { isTyping } from "../pages/shortcuts";
import { useNow } from "../parts/now";
import { useTitle } from "../parts/page";
import { Scrollable } from "../parts/scrollable";
import { Empty, Failed, Loading } from "../parts/states";
import { isNarrowed, type TaskFilter } from "./filter";
import { Filters, usePeople } from "./filters";
import { TaskLine } from "./row";
import { useListKeys } from "./use-keys";
import { useTaskList } from "./use-list";

const ROW_PX = 52;
const MINUTE_MS = 60_000;
/** So many rows before the end of what is loaded, more is asked for. */
const AHEAD = 60;

/** All tasks, however many there are. */
export function TasksPage() {
  const filter = useSearch({ from: "/shell/tasks" });
  const search = useRef<HTMLInputElement>(null);
  useTitle("Tasks");
  return (
    <div className="mx-auto flex h-full w-full max-w-[60rem] flex-col px-4 pt-5 sm:px-6 md:pt-8">
      <h1 className="mb-3 font-semibold text-xl tracking-tight">Tasks</h1>
      <Filters filter={filter} search={search} />
      {/* Another list begins at its top. */}
      <List key={JSON.stringify(filter)} filter={filter} search={search} />
    </div>
  );
}

interface ListProps {
  filter: TaskFilter;
  search: React.RefObject<HTMLInputElement | null>;
}

function List({ filter, search }: ListProps) {
  const list = useTaskList(filter);
  const { tasks, error, isFetching, hasNextPage } = list;
  if (error && tasks.length === 0) {
    return (
      <div className="mt-4">
        <Failed what="The tasks could not be loaded." error={error} retry={() => void list.refetch()} />
      </div>
    );
  }
  if (tasks.length === 0 && (isFetching || hasNextPage)) {
    return (
      <div className="mt-4">
        <Loading label="Looking for tasks" lines={8} />
      </div>
    );
  }
  if (tasks.length === 0) {
    return isNarrowed(filter) ? (
      <Empty title="No task fits">Change what the list is narrowed to.</Empty>
    ) : (
      <Empty title="No tasks yet">
        What you start appears here, and stays. What you ask the Brain is in the chat.
      </Empty>
    );
  }
  return (
    <>
      <p role="status" className="numeric mt-2 mb-1 text-faint text-xs">
        {tasks.length}
        {hasNextPage && "+"} {tasks.length === 1 ? "task" : "tasks"}
        {error && ", and more that could not be loaded"}
      </p>
      <Rows
        tasks={tasks}
        search={search}
        hasMore={hasNextPage && !isFetching}
        more={() => void list.fetchNextPage()}
      />
    </>
  );
}

interface RowsProps {
  tasks: readonly Task[];
  search: React.RefObject<HTMLInputElement | null>;
  hasMore: boolean;
  more(): void;
}

/** Only what is near the window exists, and the row that the keyboard is at. */
function Rows({ tasks, search, hasMore, more }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow(MINUTE_MS);
  const names = new Map(usePeople().map(({ user_id, name }) => [user_id, name]));
  const { marked, mark } = useMarked(tasks);
  const virtual = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    // All rows are as high as this one: they need no key of theirs, which would be looked up for each row in each frame.
    estimateSize: () => ROW_PX,
    rangeExtractor: useCallback((range: Range) => withRow(range, marked), [marked]),
    overscan: 6,
  });
  const shown = virtual.getVirtualItems();
  const isNearEnd = (shown.at(-1)?.index ?? 0) > tasks.length - AHEAD;
  useEffect(() => {
    if (isNearEnd && hasMore) more();
  }, [isNearEnd, hasMore, more]);
  const go = useCallback(
    (index: number) => {
      mark(index);
      virtual.scrollToIndex(index);
      // The row may have to be drawn first; by then somebody may be typing.
      requestAnimationFrame(() => {
        if (isTyping(document.activeElement)) return;
        scroller.current
          ?.querySelector<HTMLElement>(`[data-index="${index}"] a`)
          ?.focus({ preventScroll: true });
      });
    },
    [mark, virtual],
  );
  useListKeys({ count: tasks.length, marked, mark: go, search });
  return (
    <Scrollable
      ref={scroller}
      label="List of tasks"
      className="mb-4 min-h-0 overflow-y-auto rounded-lg border [overflow-anchor:none]"
    >
      <ul className="relative" style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start, size }) => {
          const task = tasks[index];
          if (!task) return null;
          return (
            <li
              key={task.task_id}
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={hasMore ? -1 : tasks.length}
              onFocus={() => mark(index)}
              className={`absolute top-0 left-0 w-full ${index < tasks.length - 1 ? "border-b" : ""}`}
              style={{ height: size, transform: `translateY(${start}px)` }}
            >
              <TaskLine task={task} now={now} person={names.size > 1 ? names.get(task.user_id) : undefined} />
            </li>
          );
        })}
      </ul>
    </Scrollable>
  );
}

/** The task that the keyboard is at stays the same one when others come before it. */
function useMarked(tasks: readonly Task[]): { marked: number; mark(index: number): void } {
  const [at, setAt] = useState({ index: -1, id: "" });
  const isThere = at.index >= 0 && tasks[at.index]?.task_id === at.id;
  const marked = isThere || at.index < 0 ? at.index : tasks.findIndex(({ task_id }) => task_id === at.id);
  const mark = useCallback((index: number) => setAt({ index, id: tasks[index]?.task_id ?? "" }), [tasks]);
  return { marked, mark };
}

function withRow(range: Range, marked: number): number[] {
  const indexes = new Set(defaultRangeExtractor(range));
  if (marked >= 0 && marked < range.count) indexes.add(marked);
  return [...indexes].sort((a, b) => a - b);
}
