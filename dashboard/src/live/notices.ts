import type { Task } from "../domain/task";
import { Signal } from "../feed/signal";
import { type FeedEvent, isTaskEvent, type TaskEvent } from "../feed/wire";

const STORED = "notices";
/** What a connection catches up on after a long gap is no news. */
const NEWS_MS = 5 * 60_000;
const REMEMBERED = 200;

const MOST_LOOKED_UP = 3;
const TOLD: ReadonlySet<string> = new Set(["approval.requested", "task.completed", "task.failed"]);

/** `pages_cannot`: the browser tells something only for installed programs, as on Android. */
export type Permission = "unsupported" | "pages_cannot" | NotificationPermission;

/** What is worth a notice, in words; null for most. */
export function saidOf(event: FeedEvent, task: Task): { title: string; body: string } | null {
  switch (event.type) {
    case "approval.requested":
      return { title: `Needs your answer: ${task.title}`, body: event.data.title || event.data.tool_name };
    case "task.completed":
      return { title: `Done: ${task.title}`, body: firstLine(event.data.result ?? "") };
    case "task.failed":
      return { title: `Failed: ${task.title}`, body: event.data.failure.message };
    default:
      return null;
  }
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0]?.slice(0, 200) ?? "";
}

interface Surroundings {
  /** The task as some list knows it. */
  taskOf(taskId: string): Task | undefined;
  /** Asks the machine for one that no list knows. Rejects where it cannot be had. */
  load(taskId: string): Promise<Task>;
  /** Who is signed in: others' tasks are no news of theirs. */
  me(): string | undefined;
  /** Whether somebody looks at the page of that task. */
  isLookedAt(taskId: string): boolean;
}

/** Tells the reader by the browser's own means, where they asked for it, what becomes of their tasks. */
export class Notices {
  readonly isOn = new Signal(false);
  /** Goes to a task: given by who knows the way. */
  open: (task: Task) => void = () => {};

  /** Of tasks that something was said of, the last event: after a break some are told again. */
  #said = new Map<string, number>();
  #lookingUp = 0;
  /** Known once it was tried in vain. */
  #cannot = false;

  constructor(private readonly around: Surroundings) {
    this.isOn.set(stored() && this.permission() === "granted");
  }

  arrived(event: FeedEvent): void {
    if (!this.isOn.get() || !isTaskEvent(event)) return;
    if (!TOLD.has(event.type) || Date.now() - Date.parse(event.at) > NEWS_MS) return;
    const task = this.around.taskOf(event.task_id);
    if (task) this.#tell(event, task);
    else void this.#lookUp(event, event.task_id);
  }

  #tell(event: TaskEvent, task: Task): void {
    if (task.user_id !== this.around.me() || this.around.isLookedAt(task.task_id)) return;
    const said = saidOf(event, task);
    if (said && this.#isNew(event)) this.show(said.title, said.body, task);
  }

  #isNew({ task_id, seq }: TaskEvent): boolean {
    if (seq <= (this.#said.get(task_id) ?? 0)) return false;
    this.#said.delete(task_id);
    this.#said.set(task_id, seq);
    const oldest = this.#said.keys().next().value;
    if (oldest !== undefined && this.#said.size > REMEMBERED) this.#said.delete(oldest);
    return true;
  }

  /** Tells of a task that stands in no list any more. Of a flood of them nobody could read all. */
  async #lookUp(event: TaskEvent, taskId: string): Promise<void> {
    if (this.#lookingUp >= MOST_LOOKED_UP) return;
    this.#lookingUp += 1;
    try {
      this.#tell(event, await this.around.load(taskId));
    } catch (error) {
      console.warn("A task cannot be looked up to tell of it.", error);
    }
    this.#lookingUp -= 1;
  }

  /** Whether the browser would let this page tell something. */
  permission(): Permission {
    return this.#cannot ? "pages_cannot" : permission();
  }

  /** Asks the browser where it has to be asked, and remembers the choice in it. */
  async switch(on: boolean): Promise<void> {
    if (on && this.permission() === "default") await Notification.requestPermission();
    this.#remember(on && this.permission() === "granted");
  }

  #remember(isOn: boolean): void {
    try {
      if (isOn) localStorage.setItem(STORED, "on");
      else localStorage.removeItem(STORED);
    } catch (error) {
      console.warn("The choice cannot be stored.", error);
    }
    this.isOn.set(isOn);
  }

  show(title: string, body: string, task: Task | null): void {
    try {
      // One for each task: a newer one takes the place of the one before.
      const notice = new Notification(title, { body, tag: task?.task_id ?? "test" });
      notice.onclick = () => {
        window.focus();
        notice.close();
        if (task) this.open(task);
      };
    } catch (error) {
      console.warn("This browser shows no notices of pages.", error);
      this.#cannot = true;
      this.#remember(false);
    }
  }
}

function permission(): Permission {
  if (!("Notification" in window && window.isSecureContext)) return "unsupported";
  if (Notification.permission === "granted") return "granted";
  try {
    // Without leave it shows nothing; where only installed programs may tell something, it throws.
    new Notification("");
  } catch {
    return "pages_cannot";
  }
  return Notification.permission;
}

function stored(): boolean {
  try {
    return localStorage.getItem(STORED) === "on";
  } catch {
    return false;
  }
}
