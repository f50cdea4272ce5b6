import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";
import type { BudgetNotice } from "../api/budgets";
import type { ChatPage, MessagePage } from "../api/chat";
import type { Status, TaskPage, TaskView } from "../api/machine";
import { agesChats, applyToConversation } from "../domain/chat-pages";
import { KIND_OF, type KindId } from "../domain/definition";
import { applyToTask, type Task, taskOf } from "../domain/task";
import { type FeedEvent, isTaskEvent, type Ready, type TaskEvent } from "../feed/wire";
import { applyToLists } from "../tasks/list";
import { applyToOpen, isOld, type OpenTasks } from "./open-tasks";
import { patch } from "./patch";

export const keys = {
  status: ["status"],
  definitions: (kind: KindId) => ["definitions", kind],
  /** Below the list's, so that what makes the list old makes each of it old. */
  definition: (kind: KindId, name: string) => ["definitions", kind, name],
  deliveries: (webhook: string) => ["deliveries", webhook],
  /** What came in last, through any webhook. */
  recentDeliveries: ["recent-deliveries"],
  variables: ["variables"],
  credentials: ["credentials"],
  people: ["people"],
  person: (userId: string) => ["people", userId],
  invitations: ["invitations"],
  tokens: ["tokens"],
  logins: ["logins"],
  audit: ["audit"],
  health: ["health"],
  budgets: ["budgets"],
  machines: ["machines"],
  disk: ["disk"],
  backups: ["disk", "backups"],
  channels: ["channels"],
  tasks: ["tasks"],
  active: ["tasks", "active"],
  recent: ["tasks", "recent"],
  task: (taskId: string) => ["task", taskId],
  /** The tasks of a conversation, for the page of one of them. */
  conversation: (id: string) => ["conversation", id],
  /** Lists of conversations with the Brain, each under the words that are searched for. */
  chats: ["chats"],
  /** One of them with its messages. */
  chat: (id: string) => ["chat", id],
} as const;

type Pages = InfiniteData<TaskPage, string | null>;
type Messages = InfiniteData<MessagePage, string | null>;

/** More than so many that have come since the newest ones were loaded are too many to be kept, and drawn. */
const MAX_NEWEST = 150;

/** The page of a list that an event is about, or the first one, after it. One more task goes to the front. */
function applyToPage(page: TaskPage, event: TaskEvent): TaskPage {
  const at = page.items.findIndex(({ task_id }) => task_id === event.task_id);
  const old = page.items[at];
  if (old) {
    const task = applyToTask(old, event);
    return task === old ? page : { ...page, items: page.items.with(at, task) };
  }
  if (event.type !== "task.created") return page;
  return { ...page, items: [taskOf(event), ...page.items] };
}

/** The newest work after an event. The same object when it says nothing about it. */
export function applyToRecent(data: Pages, event: TaskEvent): Pages {
  if (event.type === "task.created" && event.data.lane === "chat") return data;
  const at = data.pages.findIndex(({ items }) => has(items, event.task_id));
  const index = Math.max(0, at);
  const old = data.pages[index];
  const page = old && applyToPage(old, event);
  return !page || page === old ? data : { ...data, pages: data.pages.with(index, page) };
}

/** A task after events that arrived while it was loaded. */
export function applyToView<T extends Task>(task: T, events: readonly FeedEvent[]): T {
  const later = events.filter(isTaskEvent).reduce<Task>((sum, event) => applyToTask(sum, event), task);
  // Lists cut long texts; what only the whole task has stays as it is.
  return { ...task, ...later };
}

/** Asks anew for a key, soon. */
type Ask = (queryKey: QueryKey) => void;

/** Carries an event of the feed into what was loaded; where that is not enough, `again` is asked for all of it. */
export function applyToCache(client: QueryClient, event: FeedEvent, again: Ask = () => {}): void {
  if (isTaskEvent(event)) {
    applyToChats(client, event);
    applyToLists(client, event);
    applyToOpenOnes(client, event, again);
    patch<Pages>(client, keys.recent, (data) => applyToRecent(data, event));
    if (event.type === "task.created") beginAnew(client, again);
    patch<TaskView>(client, keys.task(event.task_id), (task) => applyToView(task, [event]));
    return;
  }
  if (event.type === "chat.reply") {
    void client.invalidateQueries({ queryKey: keys.conversation(event.data.conversation_id) });
    return;
  }
  if (event.type === "agent.status") {
    // What an agent may cost a day stands in its file.
    void client.invalidateQueries({ queryKey: keys.budgets });
    void client.invalidateQueries({ queryKey: keys.definitions(KIND_OF[event.data.kind]) });
    return;
  }
  if (event.type === "machine.changed") {
    void client.invalidateQueries({ queryKey: keys.machines });
    void client.invalidateQueries({ queryKey: keys.status });
    // What a queued task waits for may be there now, or be gone.
    void client.invalidateQueries({
      predicate: ({ queryKey, state }) =>
        queryKey[0] === "task" && (state.data as TaskView | undefined)?.status === "queued",
    });
    return;
  }
  if (event.type === "webhook.received") {
    void client.invalidateQueries({ queryKey: keys.deliveries(event.data.webhook) });
    again(keys.recentDeliveries);
    return;
  }
  if (event.type === "auth.status") void client.invalidateQueries({ queryKey: keys.credentials });
  if (event.type === "budget.status") void client.invalidateQueries({ queryKey: keys.budgets });
  patch<Status>(client, keys.status, (status) => applyToStatus(status, event));
}

function applyToOpenOnes(client: QueryClient, event: TaskEvent, again: Ask): void {
  patch<OpenTasks>(client, keys.active, (open) => applyToOpen(open, event));
  const open = client.getQueryData<OpenTasks>(keys.active);
  if (open && isOld(open, event)) again(keys.active);
}

/** A list that has grown for long is loaded from its beginning once more: a page left open does not grow for ever. */
function beginAnew(client: QueryClient, again: Ask): void {
  const count = client.getQueryData<Pages>(keys.recent)?.pages[0]?.items.length ?? 0;
  if (count <= MAX_NEWEST) return;
  patch<Pages>(client, keys.recent, ({ pages, pageParams }) => ({
    pages: pages.slice(0, 1),
    pageParams: pageParams.slice(0, 1),
  }));
  again(keys.recent);
}

/** Carries an event into the conversations, looked at or not: whoever comes back to one finds it as it is. */
function applyToChats(client: QueryClient, event: TaskEvent): void {
  if (event.type === "task.output") return;
  const lists = client.getQueriesData<InfiniteData<ChatPage>>({ queryKey: keys.chats });
  const known = lists.flatMap(([, data]) => data?.pages.flatMap(({ items }) => items) ?? []);
  if (agesChats(known, event)) void client.invalidateQueries({ queryKey: keys.chats });
  for (const query of client.getQueryCache().findAll({ queryKey: ["chat"] })) {
    const id = String(query.queryKey[1]);
    patch<Messages>(client, query.queryKey, (data) => applyToConversation(data, id, event));
  }
}

/** What the machine says of itself at the beginning of a connection. */
export function applyReady(client: QueryClient, { data }: Ready): void {
  const { machine_id, version, demo, me, machine, auth } = data;
  const before = client.getQueryData<Status>(keys.status)?.me;
  // Somebody with other rights sees other things.
  if (before && (before.role !== me.role || before.user_id !== me.user_id)) void client.invalidateQueries();
  const now = { machine_id, version, demo, me, machine, auth };
  patch<Status>(client, keys.status, (status) => ({ ...status, ...now }));
}

function has(items: readonly Task[], taskId: string): boolean {
  return items.some((task) => task.task_id === taskId);
}

export function applyToStatus(status: Status, event: FeedEvent): Status {
  if (event.type === "auth.status") return { ...status, auth: event.data };
  if (event.type === "machine.status") return { ...status, machine: event.data };
  if (event.type === "budget.status") return { ...status, budgets: noticed(status.budgets, event.data) };
  return status;
}

/** The budgets that are near their end or used up, after one of them has changed. */
function noticed(
  known: readonly BudgetNotice[],
  { scope, name, state, ...rest }: BudgetNotice,
): BudgetNotice[] {
  const others = known.filter((one) => one.scope !== scope || one.name !== name);
  return state === "free" ? others : [...others, { scope, name, state, ...rest }];
}
