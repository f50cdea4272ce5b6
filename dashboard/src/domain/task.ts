import type { components } from "../api/schema";
import type { TaskEvent, TaskStatus, Usage } from "../feed/wire";

/** A task as lists show it: its usage flat, long texts cut. */
export type Task = components["schemas"]["TaskSummary"];

const ENDED: ReadonlySet<TaskStatus> = new Set(["completed", "failed", "cancelled"]);

export function hasEnded(task: Pick<Task, "status">): boolean {
  return ENDED.has(task.status);
}

/** Whether the task waits for a person to decide something, as opposed to being open for another message. */
export function needsAnswer(task: Pick<Task, "status" | "waiting_reason">): boolean {
  return task.status === "waiting_input" && task.waiting_reason === "approval";
}

/** Whether the task has finished a turn and is open for another message. */
export function rests(task: Pick<Task, "status" | "waiting_reason">): boolean {
  return task.status === "waiting_input" && task.waiting_reason === "input";
}

/** The agent whose result is a plan, and the one that carries plans out. */
const PLANNING = "planning";
const EXECUTOR = "executor";

/** Whether a task has ended with a plan that a person may have carried out. */
export function hasPlan(task: Pick<Task, "status" | "assigned_agent" | "result">): boolean {
  return task.status === "completed" && task.assigned_agent === PLANNING && Boolean(task.result?.trim());
}

/** The newest task that carries a plan out, among those that began with it. */
export function carrierOf(children: readonly Task[]): Task | undefined {
  return children.find(({ assigned_agent }) => assigned_agent === EXECUTOR);
}

/** Whether a task is work, as opposed to what is said to the Brain. */
export function isWork(task: Pick<Task, "lane">): boolean {
  return task.lane !== "chat";
}

/** The conversation with the Brain that a task is a part of; null for work, and for definitions that it writes. */
export function conversationOf(task: Pick<Task, "lane" | "describes" | "conversation_id">): string | null {
  return isWork(task) || task.describes ? null : task.conversation_id;
}

/** The address that a task leads to: a message to the Brain to its conversation, all else to a page of its own. */
export function pathOf(task: Pick<Task, "task_id" | "lane" | "describes" | "conversation_id">): string {
  const conversation = conversationOf(task);
  return conversation ? `/chat/${conversation}` : `/tasks/${task.task_id}`;
}

function moved(task: Task, status: TaskStatus, event: TaskEvent, changes: Partial<Task> = {}): Task {
  const reset = { waiting_reason: null, queue_reason: null, parked_until: null };
  const duration_seconds = workedSeconds(task, Date.parse(event.at));
  return { ...task, ...reset, duration_seconds, status, status_at: event.at, ...changes };
}

/** How long a task has worked, without waiting: what it had before this phase, and while it runs what came since. */
export function workedSeconds(
  task: Pick<Task, "status" | "status_at" | "duration_seconds">,
  now: number,
): number {
  if (task.status !== "running") return task.duration_seconds;
  return task.duration_seconds + Math.max(0, (now - Date.parse(task.status_at)) / 1000);
}

function changed(task: Task, event: TaskEvent): Task {
  switch (event.type) {
    case "task.created":
      return taskOf(event);
    case "task.started":
      return moved(task, "running", event, {
        attempt: event.data.attempt,
        machine_id: event.data.machine_id ?? task.machine_id,
        started_at: task.started_at ?? event.at,
      });
    case "task.continued":
      return moved(task, "running", event);
    case "task.waiting": {
      const { reason, result } = event.data;
      return moved(task, "waiting_input", event, { waiting_reason: reason, result: result ?? task.result });
    }
    case "approval.requested":
      return moved(task, "waiting_input", event, { waiting_reason: "approval" });
    case "task.parked":
    case "task.queued":
      return moved(task, "queued", event, {
        queue_reason: event.data.reason,
        parked_until: event.data.until,
      });
    case "task.routed":
      // Lists do not show the reason; the task's own page does.
      return { ...task, assigned_agent: event.data.decision, ...{ routing: event.data } };
    case "task.metrics":
      // Its duration counts this phase already, which is added where the task is looked at.
      return { ...task, ...event.data.usage, cost_kind: event.data.cost_kind };
    case "task.completed":
    case "task.failed":
    case "task.cancelled":
      return ended(task, event);
    default:
      return task;
  }
}

type End = Extract<TaskEvent, { type: "task.completed" | "task.failed" | "task.cancelled" }>;

function picked({
  cost_kind,
  duration_seconds,
}: Pick<Task, "cost_kind" | "duration_seconds">): Partial<Task> {
  return { cost_kind, duration_seconds };
}

const NOTHING_USED: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  cache_read_tokens: 0,
  cache_creation_tokens: 0,
  cost_usd: 0,
  estimated: false,
};

/** The task that an event says was created, in the form of lists. */
export function taskOf(event: Extract<TaskEvent, { type: "task.created" }>): Task {
  const { usage = NOTHING_USED, ...task } = event.data;
  const describes = (task.source_metadata?.describes ?? null) as Task["describes"];
  return { ...task, ...usage, describes, last_seq: event.seq };
}

function ended(task: Task, event: End): Task {
  const { result, usage } = event.data;
  const status =
    event.type === "task.completed" ? "completed" : event.type === "task.failed" ? "failed" : "cancelled";
  return moved(task, status, event, {
    ...usage,
    ...picked(event.data),
    ...{ result, completed_at: event.at },
    failure: event.type === "task.failed" ? event.data.failure : null,
  });
}

/** The task after an event. One that the task has seen already, or that is another's, changes nothing. */
export function applyToTask(task: Task, event: TaskEvent): Task {
  if (event.task_id !== task.task_id || event.seq <= task.last_seq) return task;
  return { ...changed(task, event), last_seq: event.seq };
}
