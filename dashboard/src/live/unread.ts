import { Signal } from "../feed/signal";

/** Answers in conversations that came while nobody looked at them. */
export class Unread {
  /** The tasks that answered, each with its conversation. */
  readonly tasks = new Signal<ReadonlyMap<string, string>>(new Map());
  #task: string | null = null;
  #chat: string | null = null;

  /** The conversations with such an answer. */
  chats(): ReadonlySet<string> {
    return new Set(this.tasks.get().values());
  }

  /** A reply came. */
  arrived(taskId: string, chat: string): void {
    if (this.isLookedAt(taskId) || (chat === this.#chat && isVisible())) return;
    this.tasks.set(new Map([...this.tasks.get(), [taskId, chat]]));
  }

  isLookedAt(taskId: string): boolean {
    return taskId === this.#task && isVisible();
  }

  /** Somebody looks at a task, or at none; with `chat`, at all of its conversation. */
  look(taskId: string | null, chat: string | null = null): void {
    this.#task = taskId;
    this.#chat = chat;
    const before = [...this.tasks.get()];
    const rest = before.filter(([task, its]) => task !== taskId && its !== chat);
    if (rest.length < before.length) this.tasks.set(new Map(rest));
  }

  /** Whoever came back to the page sees what is on it. */
  lookAgain(): void {
    this.look(this.#task, this.#chat);
  }
}

const isVisible = () => document.visibilityState === "visible";
