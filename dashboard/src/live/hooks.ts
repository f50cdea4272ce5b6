import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { agents, type DefinitionList, type DefinitionView, skills } from "../api/definitions";
import { machine, type TaskPage } from "../api/machine";
import { schedules } from "../api/schedules";
import { webhooks } from "../api/webhooks";
import type { KindId } from "../domain/definition";
import { needsAnswer, type Task } from "../domain/task";
import type { ConnectionState } from "../feed/connection";
import { Signal } from "../feed/signal";
import { isTaskEvent } from "../feed/wire";
import { applyToRecent, applyToStatus, applyToView, keys } from "./cache";
import { keepingUp } from "./keeping-up";
import type { Live } from "./live";
import { loadOpen } from "./load-open";
import { applyToOpen, isOld, type OpenTasks } from "./open-tasks";
import type { TaskView } from "./task-view";

/** So often the open tasks are asked for, one time after another, while they change. */
const MOST_ROUNDS = 2;

const LiveContext = createContext<Live | null>(null);
export const LiveProvider = LiveContext.Provider;

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error("There is no LiveProvider above this component.");
  return live;
}

export function useSignal<T>(signal: Signal<T>): T {
  return useSyncExternalStore(signal.watch, signal.get);
}

export function useConnection(): ConnectionState {
  return useSignal(useLive().feed.connection.state);
}

export function useTaskView(taskId: string): TaskView {
  const { views } = useLive();
  return views.get(taskId);
}

const NEVER = new Signal(0);
/** So many events before the newest one say what a task does now. */
const GLIMPSE_EVENTS = 40;

/** What a task does now, live: a view that may know only its newest events; null until it watches. */
export function useGlimpse({ task_id, last_seq }: Task): TaskView | null {
  const { views } = useLive();
  const start = useRef(Math.max(0, last_seq - GLIMPSE_EVENTS));
  const [view, setView] = useState<TaskView | null>(null);
  useEffect(() => {
    const glimpse = views.glimpse(task_id, start.current);
    setView(glimpse.view);
    return glimpse.end;
  }, [views, task_id]);
  useSignal(view?.version ?? NEVER);
  return view;
}

/** Conversations with a reply that nobody has looked at. */
export function useUnreadChats(): ReadonlySet<string> {
  const { unread } = useLive();
  useSignal(unread.tasks);
  return unread.chats();
}

export function useStatus() {
  const { feed } = useLive();
  return useQuery({
    queryKey: keys.status,
    queryFn: async () => {
      const { snapshot, arrived } = await feed.during(machine.status);
      feed.begin(snapshot.feed_seq);
      return arrived.reduce(applyToStatus, snapshot);
    },
  });
}

const LISTS: Readonly<Record<KindId, () => Promise<DefinitionList>>> = {
  agents: agents.list,
  skills: skills.list,
  webhooks: webhooks.list,
  schedules: schedules.list,
};

/** All definitions of a kind, disabled ones included. */
export function useDefinitions(kind: KindId, enabled = true) {
  return useQuery({ queryKey: keys.definitions(kind), queryFn: LISTS[kind], enabled });
}

/** The agents that can be given work. */
export function useAgents() {
  return useQuery({
    queryKey: keys.definitions("agents"),
    queryFn: LISTS.agents,
    select: enabledOnes,
  });
}

function enabledOnes({ items }: DefinitionList): DefinitionView[] {
  return items.filter(({ enabled }) => enabled);
}

/** Whether who is signed in may change how the machine works. */
export function useIsAdministrator(): boolean {
  return useStatus().data?.me.role === "administrator";
}

/** Whether who is signed in may start and steer tasks: a viewer only looks. */
export function useMayAct(): boolean {
  const role = useStatus().data?.me.role;
  return role !== undefined && role !== "viewer";
}

export function useTask(taskId: string) {
  const { feed } = useLive();
  return useQuery({
    queryKey: keys.task(taskId),
    queryFn: async () => {
      const { snapshot, arrived } = await feed.during(() => machine.task(taskId));
      return applyToView(snapshot, arrived);
    },
  });
}

/** What is at work or waits for a person, and the newest of the queue. */
function useOpenTasks<T = OpenTasks>(select?: (open: OpenTasks) => T) {
  const { feed } = useLive();
  return useQuery({
    queryKey: keys.active,
    queryFn: async (): Promise<OpenTasks> => {
      for (let round = 1; ; round += 1) {
        const { snapshot, arrived } = await feed.during(loadOpen);
        const events = arrived.filter(isTaskEvent);
        const open = events.reduce(applyToOpen, snapshot);
        if (round === MOST_ROUNDS || !events.some((event) => isOld(open, event))) return open;
      }
    },
    ...(select && { select }),
  });
}

/** How many tasks need an answer. */
export function useWaiting(): number {
  return useOpenTasks(countWaiting).data ?? 0;
}

function countWaiting({ items }: OpenTasks): number {
  return items.filter(needsAnswer).length;
}

/** The tasks that are not over, what is said to the Brain among them, and page by page the newest of all work. */
export function useTasks() {
  const { feed } = useLive();
  const active = useOpenTasks();
  const recent = useInfiniteQuery({
    queryKey: keys.recent,
    initialPageParam: null as string | null,
    getNextPageParam: (page: TaskPage) => page.next_cursor,
    queryFn: ({ pageParam }): Promise<TaskPage> => machine.list({}, pageParam),
    ...keepingUp(feed, applyToRecent),
  });
  const tasks = useMemo(() => {
    const known = [
      ...(recent.data?.pages.flatMap(({ items }) => items) ?? []),
      ...(active.data?.items ?? []),
    ];
    return merged(known);
  }, [active.data, recent.data]);
  return { tasks, active, recent };
}

/** Newest task first, each once in its newest form. */
function merged(tasks: readonly Task[]): Task[] {
  const byId = new Map<string, Task>();
  for (const task of tasks) {
    const known = byId.get(task.task_id);
    if (!known || known.last_seq < task.last_seq) byId.set(task.task_id, task);
  }
  return [...byId.values()].sort((a, b) => (a.task_id < b.task_id ? 1 : -1));
}
