import { SignedOut, type SocketLike } from "./connection";
import type { FeedDoors } from "./feed";
import type { EventPage } from "./stream";
import type { MachineEvent, TaskEvent } from "./wire";

/** Stored text of a task, as an event. */
export function textEvent(taskId: string, seq: number): TaskEvent {
  const data = { kind: "text", text: `${seq} `, item: "i", more: true, parent_tool_use_id: null };
  return {
    type: "task.output",
    task_id: taskId,
    seq,
    at: "2026-01-01T00:00:00Z",
    data,
  } as unknown as TaskEvent;
}

class FakeSocket implements SocketLike {
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  sent: Array<Record<string, unknown>> = [];
  isOpen = true;
  following = new Set<string>();

  constructor(private readonly machine: FakeMachine) {}

  send(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    this.sent.push(message);
    if (this.isOpen && !this.machine.isDeaf) this.machine.heed(this, message);
  }

  close(): void {
    this.isOpen = false;
  }

  /** What the machine says on this socket. */
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent<string>);
  }

  /** The machine, or something in between, ends it. */
  end(code = 1006): void {
    this.isOpen = false;
    this.onclose?.({ code } as CloseEvent);
  }
}

/** The machine's side of the socket, for tests: it stores events, replays and follows as the real one does. */
export class FakeMachine implements FeedDoors {
  sockets: FakeSocket[] = [];
  stored: TaskEvent[] = [];
  /** The machine's feed, oldest first, and up to where it was thrown away. */
  feed: MachineEvent[] = [];
  feedGoneTo = 0;
  sessions: string[] = [];
  isUp = true;
  isDeaf = false;
  /** A connection breaks before anything of the feed is replayed. */
  isSlow = false;
  isLoginOver = false;
  /** Set to make loading wait until it is called. */
  holdLoads = false;
  pageSize = 1000;
  /** After which event somebody asked for what is stored, each time. */
  loads: number[] = [];
  refusesSessions = new Set<string>();
  #held: Array<() => void> = [];

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("Nobody has connected.");
    return socket;
  }

  openSession = async (): Promise<string> => {
    if (!this.isUp) throw new TypeError("Failed to fetch");
    if (this.isLoginOver) throw new SignedOut("You are not signed in.");
    this.sessions.push(`session_${this.sessions.length + 1}`);
    return this.sessions.at(-1) ?? "";
  };

  openSocket = (sessionId: string, position: number | null): SocketLike => {
    const socket = new FakeSocket(this);
    this.sockets.push(socket);
    queueMicrotask(() => {
      if (!this.isUp) socket.end(1006);
      else if (this.refusesSessions.has(sessionId)) socket.end(4403);
      else this.#begin(socket, sessionId, position);
    });
    return socket;
  };

  loadEvents = async (taskId: string, after: number): Promise<EventPage> => {
    this.loads.push(after);
    const all = this.stored.filter((event) => event.task_id === taskId);
    const events = all.filter((event) => event.seq > after).slice(0, this.pageSize);
    if (this.holdLoads) await new Promise<void>((resolve) => this.#held.push(resolve));
    if (!this.isUp) throw new TypeError("Failed to fetch");
    return { events, last_seq: all.at(-1)?.seq ?? 0 };
  };

  releaseLoads(): void {
    this.holdLoads = false;
    for (const release of this.#held.splice(0)) release();
  }

  /** Stores `count` more events of a task and tells those who follow it; `lost` ones are stored but not told. */
  produce(taskId: string, count: number, lost: (seq: number) => boolean = () => false): void {
    for (let made = 0; made < count; made += 1) {
      const seq = this.stored.filter((event) => event.task_id === taskId).length + 1;
      const event = textEvent(taskId, seq);
      this.stored.push(event);
      if (!lost(seq) && this.sockets.length > 0 && this.socket.isOpen && this.socket.following.has(taskId))
        this.socket.say(event);
    }
  }

  heed(socket: FakeSocket, message: Record<string, unknown>): void {
    const { id, type, task_id: taskId } = message;
    socket.say({ type: "ack", id, data: {} });
    if (type === "unsubscribe") socket.following.delete(String(taskId));
    if (type !== "subscribe") return;
    socket.following.add(String(taskId));
    for (const event of this.stored) {
      if (event.task_id === taskId && event.seq > Number(message.after)) socket.say(event);
    }
  }

  /** Something happens to the machine; `isTold` to those who are connected. */
  happens(isTold = true): void {
    const feed_seq = (this.feed.at(-1)?.feed_seq ?? 0) + 1;
    const event = { type: "machine.status", at: "2026-01-01T00:00:00Z", feed_seq, data: {} };
    this.feed.push(event as unknown as MachineEvent);
    if (isTold) this.socket.say(event);
  }

  #begin(socket: FakeSocket, session_id: string, position: number | null): void {
    const feed_seq = this.feed.at(-1)?.feed_seq ?? 0;
    const isKept = position !== null && position >= this.feedGoneTo && position <= feed_seq;
    const feed_after = isKept ? position : feed_seq;
    const data = { session_id, feed_seq, feed_after };
    socket.say({ type: "session.ready", at: "2026-01-01T00:00:00Z", data });
    if (this.isSlow) return;
    for (const event of this.feed) if ((event.feed_seq ?? 0) > feed_after) socket.say(event);
  }
}
