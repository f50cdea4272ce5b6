import type { Chat, Message, MessagePage } from "../api/chat";
import { type FeedEvent, isTaskEvent, type TaskEvent } from "../feed/wire";
import { applyToTask, taskOf } from "./task";

/** A conversation as it is loaded: pages of messages, the newest first. */
export interface Loaded {
  pages: MessagePage[];
  pageParams: (string | null)[];
}

/** What is loaded of a conversation, after an event. The same object when it says nothing about it. */
export function applyToConversation<T extends Loaded>(loaded: T, id: string, event: FeedEvent): T {
  if (!isTaskEvent(event)) return loaded;
  if (event.type === "task.created")
    return event.data.conversation_id === id ? withNew(loaded, event) : loaded;
  let spent = 0;
  let changed: Message | null = null;
  const pages = loaded.pages.map((page) => {
    const index = page.items.findIndex(({ task_id }) => task_id === event.task_id);
    const old = page.items[index];
    if (!old) return page;
    const message = { ...applyToTask(old, event), attachments: old.attachments };
    if (message.last_seq === old.last_seq) return page;
    spent = message.cost_usd - old.cost_usd;
    changed = message;
    return { ...page, items: page.items.with(index, message) };
  });
  return changed ? { ...loaded, pages: pages.map((page) => told(page, changed, spent)) } : loaded;
}

type Created = Extract<TaskEvent, { type: "task.created" }>;

function withNew<T extends Loaded>(loaded: T, event: Created): T {
  const [first, ...rest] = loaded.pages;
  if (!first || loaded.pages.some(({ items }) => items.some(({ task_id }) => task_id === event.task_id)))
    return loaded;
  const attachments = (event.data.source_metadata?.attachments ?? []) as Message["attachments"];
  const message: Message = { ...taskOf(event), attachments };
  const messages = first.conversation.messages + 1;
  const page = {
    ...first,
    conversation: { ...first.conversation, messages },
    items: [message, ...first.items],
  };
  return { ...loaded, pages: [told(page, message, message.cost_usd), ...rest] };
}

/** The conversation itself after one of its messages has changed. */
function told(page: MessagePage, message: Message | null, spent: number): MessagePage {
  const { conversation } = page;
  const cost_usd = conversation.cost_usd + spent;
  if (!message || message.task_id < conversation.task_id)
    return { ...page, conversation: { ...conversation, cost_usd } };
  const { task_id, status, status_at, waiting_reason, queue_reason } = message;
  const newest = { task_id, status, status_at, waiting_reason, queue_reason };
  return { ...page, conversation: { ...conversation, ...newest, cost_usd } };
}

const TURNS: ReadonlySet<string> = new Set([
  "task.started",
  "task.completed",
  "task.failed",
  "task.cancelled",
  "approval.requested",
  "approval.answered",
]);

/** Whether a list of conversations is old after an event. */
export function agesChats(known: readonly Chat[], event: FeedEvent): boolean {
  if (!isTaskEvent(event)) return false;
  if (event.type === "task.created") return event.data.lane === "chat";
  return TURNS.has(event.type) && known.some(({ task_id }) => task_id === event.task_id);
}
