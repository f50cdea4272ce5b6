import type { Approval, CostKind, QueueReason, TaskFailure, Usage } from "../feed/wire";
import type { Background } from "./background";
import type { Todos } from "./todos";

interface Base {
  /** Stable for the life of the item. */
  key: string;
  at: string;
  /** Set for what a sub-agent inside the conversation said or did: the id of the call that began it. */
  parent: string | null;
}

export interface InputItem extends Base {
  kind: "input";
  message: string;
}

export interface TextItem extends Base {
  kind: "text" | "thinking";
  text: string;
  /** False while more of it may come. */
  done: boolean;
}

export interface ToolItem extends Base {
  kind: "tool";
  name: string;
  input: Record<string, unknown> | null;
  /** A large input arrives as JSON text in pieces; empty otherwise. */
  inputText: string;
  result: string | null;
  isError: boolean;
  done: boolean;
  /** While a person is asked whether it may be done. */
  asked: boolean;
  /** When its last result came; null before. */
  endedAt: string | null;
  /** Of a call that changed or showed the agent's list of things to do: the list as it stood after it. */
  todos: Todos | null;
  /** Of a call whose work goes on behind it; null for all others. */
  background: Background | null;
  /** What a sub-agent said and did that this call began, in order. The list only ever grows, as that of notes does. */
  children: readonly Item[];
}

export interface SystemItem extends Base {
  kind: "system";
  name: string;
  text: string;
  data: Record<string, unknown> | null;
}

/** Something the program said to nobody in particular: a note of its own, or lines on stderr. */
export interface Note {
  at: string;
  name: string;
  text: string;
  data: Record<string, unknown> | null;
}

/** All quiet notes of one turn, in order. The list only ever grows, and a new item holds it when it has. */
export interface DetailsItem extends Base {
  kind: "details";
  notes: readonly Note[];
}

export interface MarkerItem extends Base {
  kind: "marker";
  what: "resumed" | "parked" | "queued" | "interrupted";
  text: string;
  until: string | null;
}

export interface ApprovalItem extends Base {
  kind: "approval";
  approval: Approval;
}

export interface EndItem extends Base {
  kind: "end";
  status: "completed" | "failed" | "cancelled";
  failure: TaskFailure | null;
  /** Why it was cancelled; empty otherwise. */
  reason: string;
  usage: Usage;
  costKind: CostKind;
  seconds: number;
}

/** Something of a kind that this page does not know: shown as it is. */
export interface UnknownItem extends Base {
  kind: "unknown";
  name: string;
  data: unknown;
}

export type Item =
  | InputItem
  | TextItem
  | ToolItem
  | SystemItem
  | DetailsItem
  | MarkerItem
  | ApprovalItem
  | EndItem
  | UnknownItem;

/** A task that went on, on another machine. */
export interface Move {
  from: string;
  to: string;
  at: string;
}

const QUIET: ReadonlySet<string> = new Set([
  "background_tasks_changed",
  "init",
  "hook_started",
  "hook_progress",
  "hook_response",
  "files_persisted",
  "session_state_changed",
  "task_notification",
  "task_progress",
  "task_started",
  "task_updated",
  "thinking_tokens",
]);

/** Whether a note of the program only says that it does its work. */
export function isQuiet(name: string, data: Record<string, unknown> | null): boolean {
  if (name === "status") return typeof data?.status !== "string" || data.status === "requesting";
  // What an API fault means for the task stands where the task ends, or where it is parked.
  return QUIET.has(name) || name.startsWith("api_fault:");
}

const RESUMED: Readonly<Record<QueueReason, string>> = {
  lost: "Resumed after a restart",
  drain: "Resumed after a restart",
  answered: "Resumed with your answer",
  input: "Resumed with your message",
  not_logged_in: "Resumed after the login",
  quota: "Resumed after the quota's reset",
  budget: "Resumed with budget for it",
};

const QUEUED: Readonly<Record<QueueReason, string>> = {
  lost: "The machine restarted. The conversation goes on as soon as there is a free slot.",
  drain: "The machine is restarting. The conversation goes on afterwards.",
  answered: "Waiting for a free slot to go on with your answer.",
  input: "Waiting for a free slot to go on with your message.",
  not_logged_in: "Claude Code is not logged in on this machine. The task goes on by itself after the login.",
  quota: "The quota is used up. The task goes on by itself after the reset.",
  budget: "A budget of the day holds it back. The task goes on by itself tomorrow, or when there is more.",
};

/** What a resumed start is called, by why the task stood in the queue. */
export function resumedText(reason: QueueReason | null): string {
  return RESUMED[reason ?? "lost"];
}

/** Why and from where it came to another machine: "Moved from w1 to w2: the machine w1 was lost". */
export function movedText(from: string, to: string, reason: QueueReason | null, message: string): string {
  // What the machine said when it lost it, without what it said of the time after.
  const said = reason === "lost" ? message.replace(/\s*It resumes\.$/, "").replace(/\.$/, "") : "";
  const why = said || resumedText(reason);
  return `Moved from ${from} to ${to}: ${why.charAt(0).toLowerCase()}${why.slice(1)}`;
}

export function queuedText(reason: QueueReason): string {
  return QUEUED[reason] ?? "Waiting in the queue.";
}
