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
  /** There is a connection (again). After a break `again` is true: what was loaded before may be old. */
  ready(frame: Ready, again: boolean): void;
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
  #wasReady = false;

  constructor(private readonly doors: FeedDoors) {
    this.connection = new Connection(doors, {
      ready: (frame) => this.#ready(frame),
      event: (event) => this.#event(event),
    });
  }

  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Loads a snapshot; returns it with the feed's events that arrived meanwhile. */
  during<T>(load: () => Promise<T>): Promise<{ snapshot: T; arrived: readonly FeedEvent[] }> {
    return this.#holder.during(load);
  }

  /** Follows a task from its first event on; the stream ends with `unwatch`. One watcher for each task. */
  watch(taskId: string, sink: (events: readonly TaskEvent[]) => void): TaskStream {
    this.unwatch(taskId);
    const source = {
      load: (id: string, after: number) => this.doors.loadEvents(id, after),
      subscribe: (id: string, after: number) => this.send({ type: "subscribe", task_id: id, after }),
    };
    const stream = new TaskStream(taskId, source, sink);
    this.#streams.set(taskId, stream);
    void stream.catchUp();
    return stream;
  }

  unwatch(taskId: string): void {
    const stream = this.#streams.get(taskId);
    if (!stream) return;
    stream.close();
    this.#streams.delete(taskId);
    // Nobody waits for this answer; when there is no connection, there is no subscription either.
    this.send({ type: "unsubscribe", task_id: taskId }).catch((error: unknown) => {
      if (!(error instanceof CommandFailed)) throw error;
    });
  }

  send(command: Command): Promise<Ack> {
    return command.type === "task.stop"
      ? this.connection.send(command, STOP_MS)
      : this.connection.send(command);
  }

  #ready(frame: Ready): void {
    const again = this.#wasReady;
    this.#wasReady = true;
    for (const stream of this.#streams.values()) void stream.catchUp();
    for (const listener of this.#listeners) listener.ready(frame, again);
  }

  #event(event: FeedEvent): void {
    if (isTaskEvent(event)) this.#streams.get(event.task_id)?.receive([event]);
    if (event.type === "task.output") return;
    this.#holder.push(event);
    for (const listener of this.#listeners) listener.event(event);
  }
}
