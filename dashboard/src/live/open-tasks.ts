import { applyToTask, hasEnded, type Task, taskOf } from "../domain/task";
import type { TaskEvent } from "../feed/wire";

/** Every task that is at work or waits for a person, and of those in the queue the newest. */
export interface OpenTasks {
  items: Task[];
  /** Whether there are more in the queue. */
  hasMore: boolean;
}

/** So many of the queue are shown, and so few are too few where there are more. */
const MAX_QUEUED = 150;
const MIN_QUEUED = 10;

/** The open tasks after an event: what has ended is none any more. The same object when it says nothing about them. */
export function applyToOpen(open: OpenTasks, event: TaskEvent): OpenTasks {
  const at = open.items.findIndex(({ task_id }) => task_id === event.task_id);
  const old = open.items[at];
  if (!old) {
    if (event.type !== "task.created") return open;
    return shortened({ ...open, items: [taskOf(event), ...open.items] });
  }
  const task = applyToTask(old, event);
  if (task === old) return open;
  return { ...open, items: hasEnded(task) ? open.items.toSpliced(at, 1) : open.items.with(at, task) };
}

function shortened(open: OpenTasks): OpenTasks {
  const queued = open.items.filter(isQueued);
  if (queued.length <= MAX_QUEUED) return open;
  const oldest = queued.reduce((a, b) => (a.task_id < b.task_id ? a : b));
  return { items: open.items.filter((task) => task !== oldest), hasMore: true };
}

const isQueued = ({ status }: Task) => status === "queued";

const AT_WORK: ReadonlySet<string> = new Set([
  "task.started",
  "task.continued",
  "task.waiting",
  "approval.requested",
]);

/** Whether the machine knows more than an event could say: of a task at work that is not here, or of the queue. */
export function isOld(open: OpenTasks, event: TaskEvent): boolean {
  if (AT_WORK.has(event.type)) {
    if (!open.items.some(({ task_id }) => task_id === event.task_id)) return true;
  }
  return open.hasMore && open.items.filter(isQueued).length < MIN_QUEUED;
}
