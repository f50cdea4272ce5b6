import { machine } from "../api/machine";
import type { Task } from "../domain/task";
import type { TaskStatus } from "../feed/wire";
import type { OpenTasks } from "./open-tasks";

const BUSY: TaskStatus[] = ["running", "waiting_input"];
const MAX_PAGES = 10;

/** All that is at work or waits, page by page, and the newest page of the queue. */
export async function loadOpen(): Promise<OpenTasks> {
  const [busy, queue] = await Promise.all([loadBusy(), machine.tasks(null, ["queued"])]);
  return { items: [...busy, ...queue.items], hasMore: queue.next_cursor !== null };
}

async function loadBusy(): Promise<Task[]> {
  const found: Task[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await machine.tasks(cursor, BUSY, "most");
    found.push(...page.items);
    cursor = page.next_cursor;
    if (cursor === null) break;
  }
  return found;
}
