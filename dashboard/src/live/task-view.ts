import { Conversation } from "../domain/conversation";
import type { Feed } from "../feed/feed";
import { Signal } from "../feed/signal";
import type { TaskStream } from "../feed/stream";
import type { TaskEvent } from "../feed/wire";

// In a hidden tab no frame is ever drawn; folding goes on at this pace.
const HIDDEN_MS = 250;
const KEPT = 4;
// What a frame may spend on folding; the rest of a long conversation comes in the next ones.
const FOLD_MS = 6;
const AT_ONCE = 200;
// While there is more to load, what is shown would be pushed away at once: it is drawn this seldom.
const DRAW_MS = 300;

/** One task as it is shown: its events, folded into items at most once a frame. */
export class TaskView {
  readonly conversation = new Conversation();
  /** Changes whenever `conversation` has; counts folded batches. */
  readonly version = new Signal(0);
  readonly stream: TaskStream;
  #waiting: TaskEvent[] = [];
  #folded = 0;
  #drawnAt = performance.now();
  #frame: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** With `start` it knows only what comes after that event. */
  constructor(feed: Feed, taskId: string, start = 0) {
    this.stream = feed.watch(taskId, (events) => this.#take(events), start);
  }

  close(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
  }

  #take(events: readonly TaskEvent[]): void {
    this.#waiting = this.#waiting.concat(events);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    this.#frame = requestAnimationFrame(() => this.#fold());
    this.#timer = setTimeout(() => this.#fold(), HIDDEN_MS);
  }

  #fold(): void {
    this.close();
    this.#frame = undefined;
    this.#timer = undefined;
    const end = performance.now() + FOLD_MS;
    while (this.#folded < this.#waiting.length && performance.now() < end) {
      const batch = this.#waiting.slice(this.#folded, this.#folded + AT_ONCE);
      for (const event of batch) this.conversation.apply(event);
      this.#folded += batch.length;
    }
    const isBehind = this.#folded < this.#waiting.length;
    if (!isBehind) {
      this.#waiting = [];
      this.#folded = 0;
    }
    const isSoon = performance.now() - this.#drawnAt < DRAW_MS;
    if (isSoon && (isBehind || this.stream.state.get().kind === "loading")) {
      this.#schedule();
      return;
    }
    if (isBehind) this.#schedule();
    this.#drawnAt = performance.now();
    this.version.set(this.version.get() + 1);
  }
}

/** The tasks that were looked at last stay live, so that going back and forth loads nothing again. */
export class TaskViews {
  #views = new Map<string, TaskView>();

  constructor(private readonly feed: Feed) {}

  /** A view that needs to know only the newest: the whole one where it is live, else one from after `start` on. */
  glimpse(taskId: string, start: number): { view: TaskView; end(): void } {
    const known = this.#views.get(taskId);
    if (known) return { view: known, end: () => {} };
    const view = new TaskView(this.feed, taskId, start);
    const end = () => {
      view.close();
      // Whoever opened the task's own page meanwhile watches it now.
      this.feed.unwatch(taskId, view.stream);
    };
    return { view, end };
  }

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
