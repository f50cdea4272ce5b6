import { Conversation } from "../domain/conversation";
import type { Feed } from "../feed/feed";
import { Signal } from "../feed/signal";
import type { TaskStream } from "../feed/stream";
import type { TaskEvent } from "../feed/wire";

// In a hidden tab no frame is ever drawn; folding goes on at this pace.
const HIDDEN_MS = 250;
const KEPT = 4;

/** One task as it is shown: its events, folded into items at most once a frame. */
export class TaskView {
  readonly conversation = new Conversation();
  /** Changes whenever `conversation` has; counts folded batches. */
  readonly version = new Signal(0);
  readonly stream: TaskStream;
  #waiting: TaskEvent[] = [];
  #frame: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(feed: Feed, taskId: string) {
    this.stream = feed.watch(taskId, (events) => this.#take(events));
  }

  close(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
  }

  #take(events: readonly TaskEvent[]): void {
    this.#waiting = this.#waiting.concat(events);
    if (this.#timer !== undefined) return;
    this.#frame = requestAnimationFrame(() => this.#fold());
    this.#timer = setTimeout(() => this.#fold(), HIDDEN_MS);
  }

  #fold(): void {
    this.close();
    this.#frame = undefined;
    this.#timer = undefined;
    const events = this.#waiting;
    this.#waiting = [];
    for (const event of events) this.conversation.apply(event);
    this.version.set(this.version.get() + 1);
  }
}

/** The tasks that were looked at last stay live, so that going back and forth loads nothing again. */
export class TaskViews {
  #views = new Map<string, TaskView>();

  constructor(private readonly feed: Feed) {}

  get(taskId: string): TaskView {
    const view = this.#views.get(taskId) ?? new TaskView(this.feed, taskId);
    this.#views.delete(taskId);
    this.#views.set(taskId, view);
    for (const [id, old] of this.#views) {
      if (this.#views.size <= KEPT) break;
      old.close();
      this.feed.unwatch(id);
      this.#views.delete(id);
    }
    return view;
  }

  /** Forgets what is known of a task, to load it from its first event on. */
  reload(taskId: string): void {
    this.#views.get(taskId)?.close();
    this.feed.unwatch(taskId);
    this.#views.delete(taskId);
  }
}
