import { CommandFailed } from "./acks";
import { Connection, type Doors } from "./connection";
import { Holder } from "./holder";
import { type EventPage, TaskStream } from "./stream";
import { type Ack, type Command, type FeedEvent, isTaskEvent, type Ready, type TaskEvent } from "./wire";

// A stop is answered when the whole tree of processes is gone.
const STOP_MS = 90_000;

export interface FeedDoors extends Doors {
  /** One page of a task's stored events after `seq`, oldest first. */
  loadEvents(taskId: string, after: number): Promise<EventPage>;
}

export interface FeedListener {
  /** One event of the machine's feed. A watched task's are told again from their first on; `seq` tells what is new. */
  event(event: FeedEvent): void;
  /** There is a connection (again), and this is how the machine is. */
  ready(frame: Ready): void;
  /** What happened during a break cannot be replayed any more: what was loaded before may be old. */
  gone(): void;
}

/**
 * Everything that comes from the machine by itself, outside of any view.
 *
 * The machine's feed goes to the listeners; the events of a task go, in order and each once, to whoever watches it.
 */
export class Feed {
  readonly connection: Connection;
  #holder = new Holder<FeedEvent>();
  #listeners = new Set<FeedListener>();
  #streams = new Map<string, TaskStream>();
  /** Tasks that nobody watches any more, until the machine has said that it knows; one may be here more than once. */
  #left: string[] = [];
  /** `feed_seq` up to which nothing of the feed is missing here. */
  #position: number | null = null;

  constructor(private readonly doors: FeedDoors) {
    this.connection = new Connection(doors, {
      position: () => this.#position,
      ready: (frame) => this.#ready(frame),
      event: (event) => this.#event(event),
    });
  }

  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says up to where the first snapshot reaches: the connection begins with what came after it. */
  begin(position: number): void {
    this.#position ??= position;
  }

  /** Somebody else may sign in: nothing that is known so far counts for them. */
  forget(): void {
    this.#position = null;
    this.connection.forget();
  }

  /** Loads a snapshot; returns it with the feed's events that arrived meanwhile. */
  during<T>(load: () => Promise<T>): Promise<{ snapshot: T; arrived: readonly FeedEvent[] }> {
    return this.#holder.during(load);
  }

  /** Follows a task from its first event on, or from after `start`; ends with `unwatch`. One watcher for each task. */
  watch(taskId: string, sink: (events: readonly TaskEvent[]) => void, start = 0): TaskStream {
    this.unwatch(taskId);
    const source = {
      load: (id: string, after: number) => this.doors.loadEvents(id, after),
      subscribe: (id: string, after: number) => this.send({ type: "subscribe", task_id: id, after }),
    };
    const stream = new TaskStream(taskId, source, sink, start);
    this.#streams.set(taskId, stream);
    void stream.catchUp();
    return stream;
  }

  /** Ends what watches a task; with `ours`, only if it is still that one. */
  unwatch(taskId: string, ours?: TaskStream): void {
    const stream = this.#streams.get(taskId);
    if (!stream || (ours && ours !== stream)) return;
    stream.close();
    this.#streams.delete(taskId);
    void this.#unsubscribe(taskId);
  }

  async #unsubscribe(taskId: string): Promise<void> {
    this.#left.push(taskId);
    try {
      await this.send({ type: "unsubscribe", task_id: taskId });
    } catch (error) {
      // When there is no connection, there is no subscription either.
      if (!(error instanceof CommandFailed)) throw error;
    } finally {
      this.#left.splice(this.#left.indexOf(taskId), 1);
    }
  }

  send(command: Command): Promise<Ack> {
    return command.type === "task.stop"
      ? this.connection.send(command, STOP_MS)
      : this.connection.send(command);
  }

  #ready(frame: Ready): void {
    for (const stream of this.#streams.values()) void stream.catchUp();
    for (const listener of this.#listeners) listener.ready(frame);
    const { feed_seq, feed_after } = frame.data;
    if (this.#position === null) this.#position = feed_seq;
    if (this.#position === feed_after) return;
    // It does not go on from where we are: what we have missed is thrown away, or this is another machine's feed.
    this.#position = feed_seq;
    for (const listener of this.#listeners) listener.gone();
  }

  #event(event: FeedEvent): void {
    if (isTaskEvent(event)) this.#streams.get(event.task_id)?.receive([event]);
    if (event.type === "task.output") return;
    this.#moved(event);
    this.#holder.push(event);
    for (const listener of this.#listeners) listener.event(event);
  }

  /**
   * Events of a watched task come beside the feed, perhaps before older ones of the feed: they are no place in it. Those
   * that are on their way when the watching ends are none either.
   */
  #moved(event: FeedEvent): void {
    if (typeof event.feed_seq !== "number" || this.#position === null) return;
    if (isTaskEvent(event) && this.#isFollowed(event.task_id)) return;
    this.#position = Math.max(this.#position, event.feed_seq);
  }

  #isFollowed(taskId: string): boolean {
    return this.#streams.has(taskId) || this.#left.includes(taskId);
  }
}
