import { isWork, type Task } from "../domain/task";
import type { TaskStatus } from "../feed/wire";

/** What the list is narrowed to, as it stands in the page's address. */
export interface TaskFilter {
  status?: string;
  agent?: string;
  source?: string;
  person?: string;
  machine?: string;
  /** With what is said to the Brain; unset: work alone. */
  chats?: boolean;
  q?: string;
}

interface StatusChoice {
  key: string;
  name: string;
  statuses: readonly TaskStatus[];
}

export const STATUSES: readonly StatusChoice[] = [
  { key: "active", name: "Active", statuses: ["queued", "running", "waiting_input"] },
  { key: "waiting_input", name: "Waiting", statuses: ["waiting_input"] },
  { key: "running", name: "Running", statuses: ["running"] },
  { key: "queued", name: "Queued", statuses: ["queued"] },
  { key: "completed", name: "Completed", statuses: ["completed"] },
  { key: "failed", name: "Failed", statuses: ["failed"] },
  { key: "cancelled", name: "Stopped", statuses: ["cancelled"] },
];

export const SOURCES: readonly (readonly [Task["source"], string])[] = [
  ["dashboard", "Dashboard"],
  ["api", "API"],
  ["webhook", "Webhook"],
  ["schedule", "Schedule"],
  ["brain", "Brain"],
];

/** What a source of tasks is called; one that is not known keeps its word. */
export function sourceName(source: string): string {
  return SOURCES.find(([key]) => key === source)?.[1] ?? source;
}

/** What an address says; what it says wrongly is left out. */
export function filterOf(search: Record<string, unknown>): TaskFilter {
  const word = (name: string, max = 80) => {
    const value = search[name];
    return typeof value === "string" && value !== "" ? value.slice(0, max) : undefined;
  };
  const status = word("status");
  const source = word("source");
  return clean({
    status: STATUSES.some(({ key }) => key === status) ? status : undefined,
    agent: word("agent"),
    source: SOURCES.some(([key]) => key === source) ? source : undefined,
    person: word("person"),
    machine: word("machine"),
    chats: search.chats === true,
    // A number in an address is read as one.
    q: typeof search.q === "number" ? String(search.q) : word("q", 200),
  });
}

/** Without what is not narrowed, so that an address and a key of the cache are as short as they can be. */
export function clean(filter: { [Key in keyof TaskFilter]: TaskFilter[Key] | undefined }): TaskFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value)) as TaskFilter;
}

/** Whether any task is left out, chats aside. */
export function isNarrowed({ chats: _, ...filter }: TaskFilter): boolean {
  return Object.keys(filter).length > 0;
}

export function statusesOf({ status }: TaskFilter): TaskStatus[] {
  return [...(STATUSES.find(({ key }) => key === status)?.statuses ?? [])];
}

/** Whether a task belongs in the list; the same as the machine says, for tasks that come with the feed. */
export function fits(task: Task, filter: TaskFilter): boolean {
  const statuses = statusesOf(filter);
  return (
    (filter.chats === true || isWork(task)) &&
    (statuses.length === 0 || statuses.includes(task.status)) &&
    (!filter.agent || task.assigned_agent === filter.agent) &&
    (!filter.source || task.source === filter.source) &&
    (!filter.person || task.user_id === filter.person) &&
    (!filter.machine || task.machine_id === filter.machine) &&
    holds(task, filter.q ?? "")
  );
}

function holds({ title, input_message }: Task, q: string): boolean {
  const text = `${title}\n${input_message}`.toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
