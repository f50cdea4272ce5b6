import { Signal } from "../feed/signal";

/** Tasks with a reply that came while nobody looked at them. */
export class Unread {
  readonly tasks = new Signal<ReadonlySet<string>>(new Set());
  #looked: string | null = null;

  /** A reply came. */
  arrived(taskId: string): void {
    if (this.isLookedAt(taskId)) return;
    this.tasks.set(new Set([...this.tasks.get(), taskId]));
  }

  isLookedAt(taskId: string): boolean {
    return taskId === this.#looked && document.visibilityState === "visible";
  }

  /** Somebody looks at a task, or at none. */
  look(taskId: string | null): void {
    this.#looked = taskId;
    if (taskId === null || !this.tasks.get().has(taskId)) return;
    const rest = new Set(this.tasks.get());
    rest.delete(taskId);
    this.tasks.set(rest);
  }

  /** Whoever came back to the page sees what is on it. */
  lookAgain(): void {
    this.look(this.#looked);
  }
}
