import { CommandFailed } from "./acks";
import { Sequence } from "./sequence";
import { Signal } from "./signal";
import type { TaskEvent } from "./wire";

const PATIENCE_MS = 1_500;

export type StreamState =
  | { kind: "loading" }
  | { kind: "live" }
  | { kind: "failed"; code: string; message: string };

/** Some of a task's stored events, oldest first; `last_seq` is the newest there is. */
export interface EventPage {
  events: readonly TaskEvent[];
  last_seq: number;
}

export interface Source {
  load(taskId: string, after: number): Promise<EventPage>;
  /** Asks for what follows `seq`, and all that comes; resolves when the machine has agreed. */
  subscribe(taskId: string, after: number): Promise<unknown>;
}

/**
 * The events of one task, each once and in order: first the stored ones, then what is newer, then live.
 *
 * Events that arrive on their own while the stored ones load are held until their turn comes.
 */
export class TaskStream {
  readonly state = new Signal<StreamState>({ kind: "loading" });
  #sequence: Sequence<TaskEvent>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #epoch = 0;
  /** What was asked for last, and when. */
  #asked: { after: number; at: number; page: Promise<EventPage> } | undefined;

  constructor(
    readonly taskId: string,
    private readonly source: Source,
    private readonly sink: (events: readonly TaskEvent[]) => void,
    start = 0,
  ) {
    this.#sequence = new Sequence(start);
  }

  get last(): number {
    return this.#sequence.last;
  }

  receive(events: readonly TaskEvent[]): void {
    const ready = events.flatMap((event) => this.#sequence.offer(event));
    if (ready.length > 0) this.sink(ready);
    this.#watchGap();
  }

  /** Loads what is missing, then follows. Called on every new connection; a second call replaces the first. */
  async catchUp(): Promise<void> {
    this.#epoch += 1;
    const epoch = this.#epoch;
    try {
      if (this.last === 0) await this.#loadStored(epoch);
      if (epoch !== this.#epoch) return;
      await this.source.subscribe(this.taskId, this.last);
      if (epoch === this.#epoch) this.state.set({ kind: "live" });
    } catch (error) {
      if (epoch === this.#epoch) this.#failed(error);
    }
  }

  close(): void {
    this.#epoch += 1;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #loadStored(epoch: number): Promise<void> {
    this.state.set({ kind: "loading" });
    for (;;) {
      const { events, last_seq } = await this.#page();
      if (epoch !== this.#epoch) return;
      this.#begin(events);
      this.receive(events);
      if (events.length === 0 || this.last >= last_seq) return;
    }
  }

  /** Output is not kept for ever: where what is stored begins later, so do we. */
  #begin([first]: readonly TaskEvent[]): void {
    if (first && first.seq > this.last + 1) this.#sequence = new Sequence(first.seq - 1);
  }

  /** The stored events that follow. A connection that comes about while they are on their way asks for them no more. */
  #page(): Promise<EventPage> {
    const after = this.last;
    const known = this.#asked;
    if (known?.after === after && Date.now() - known.at < PATIENCE_MS) return known.page;
    const page = this.source.load(this.taskId, after);
    const asked = { after, at: Date.now(), page };
    this.#asked = asked;
    // Whoever waits for it is told why; the next one asks anew.
    page.catch(() => {
      if (this.#asked === asked) this.#asked = undefined;
    });
    return page;
  }

  /** A broken connection is no failure of the stream: the next one catches up. */
  #failed(error: unknown): void {
    const code = error instanceof CommandFailed ? error.code : "unknown";
    if (code === "disconnected" || code === "offline") return;
    this.state.set({ kind: "failed", code, message: error instanceof Error ? error.message : String(error) });
  }

  /** What is missing may still be under way; when nothing has moved for a while, it is asked for again. */
  #watchGap(): void {
    if (!this.#sequence.hasGap || this.#timer !== undefined) return;
    const before = this.last;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#sequence.hasGap && this.last === before && this.state.get().kind === "live")
        void this.catchUp();
      else this.#watchGap();
    }, PATIENCE_MS);
  }
}
