import { Acks, CommandFailed } from "./acks";
import { backoffMs } from "./backoff";
import { Signal } from "./signal";
import { type Ack, type Command, type FeedEvent, type Frame, parseFrame, type Ready } from "./wire";

const READY_MS = 10_000;
const ACK_MS = 20_000;
const PROBE_EVERY_MS = 30_000;
const PROBE_MS = 8_000;

// Codes with which the machine closes the socket.
const SIGNED_OUT = 4401;
const NOT_YOURS = 4403;

/** The part of a WebSocket that is used here; tests bring their own. */
export interface SocketLike {
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface Doors {
  /** Asks the machine for a session id. Rejects with SignedOut when the browser is not signed in. */
  openSession(): Promise<string>;
  /** The machine's feed is to go on after `position`; null: with what happens from now on. */
  openSocket(sessionId: string, position: number | null): SocketLike;
}

export class SignedOut extends Error {
  override name = "SignedOut";
}

export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "online" }
  | { kind: "offline"; retryAt: number }
  | { kind: "signed_out" };

export interface Receiver {
  /** Up to where the feed is known, for a connection that is about to begin. */
  position(): number | null;
  ready(frame: Ready): void;
  event(event: FeedEvent): void;
}

/**
 * One socket to the machine, opened again whenever it breaks, until `stop`.
 *
 * A session id is used again after a break. One that the machine refuses, as after its restart, is replaced.
 */
export class Connection {
  readonly state = new Signal<ConnectionState>({ kind: "connecting" });
  #acks = new Acks();
  #socket: SocketLike | null = null;
  #sessionId: string | null = null;
  #attempt = 0;
  #epoch = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #probe: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly doors: Doors,
    private readonly receiver: Receiver,
  ) {}

  start(): void {
    this.stop();
    this.#probe = setInterval(() => this.probe(), PROBE_EVERY_MS);
    void this.#open();
  }

  stop(): void {
    clearInterval(this.#probe);
    this.#drop();
  }

  /** Somebody else may sign in: ends the connection, and begins anew with the next start. */
  forget(): void {
    this.stop();
    this.#sessionId = null;
    this.state.set({ kind: "connecting" });
  }

  /** Sends a command; rejects with CommandFailed when it is refused, times out or the connection breaks. */
  async send(command: Command, timeoutMs = ACK_MS): Promise<Ack> {
    const socket = this.#socket;
    if (this.state.get().kind !== "online" || !socket) {
      throw new CommandFailed(
        "offline",
        "There is no connection to the machine.",
        "It was not sent. Try again when it is back.",
      );
    }
    const { id, answer } = this.#acks.expect(timeoutMs);
    socket.send(JSON.stringify({ ...command, id }));
    return answer;
  }

  /** Does not wait for the next try: the network is back, or the reader asked. */
  retryNow(): void {
    if (this.state.get().kind !== "offline") return;
    this.#attempt = 0;
    void this.#open();
  }

  /** Any answer proves that the other side is there; none means that the socket is dead without knowing it. */
  probe(): void {
    if (this.state.get().kind !== "online") return;
    const epoch = this.#epoch;
    // It asks for nothing: this is newer than all that is stored.
    this.send({ type: "feed", after: Number.MAX_SAFE_INTEGER }, PROBE_MS).catch((error: unknown) => {
      const dead = error instanceof CommandFailed && error.code === "timeout";
      if (dead && epoch === this.#epoch) this.#broke();
    });
  }

  async #open(): Promise<void> {
    this.#drop();
    const epoch = this.#epoch;
    this.state.set({ kind: "connecting" });
    try {
      this.#sessionId ??= await this.doors.openSession();
    } catch (error) {
      if (epoch !== this.#epoch) return;
      if (error instanceof SignedOut) this.state.set({ kind: "signed_out" });
      else this.#broke();
      return;
    }
    if (epoch === this.#epoch) this.#listen(this.doors.openSocket(this.#sessionId, this.receiver.position()));
  }

  #listen(socket: SocketLike): void {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const frame = parseFrame(data);
      if (frame) this.#receive(frame);
    };
    socket.onclose = ({ code }) => this.#closed(code);
    this.#timer = setTimeout(() => this.#broke(), READY_MS);
  }

  #receive(frame: Frame): void {
    switch (frame.type) {
      case "session.ready":
        clearTimeout(this.#timer);
        this.#attempt = 0;
        this.state.set({ kind: "online" });
        this.receiver.ready(frame);
        return;
      case "ack":
      case "error":
        this.#acks.take(frame);
        return;
      case "lagged":
        this.#broke();
        return;
      default:
        this.receiver.event(frame);
    }
  }

  #closed(code: number): void {
    if (code === SIGNED_OUT) {
      // Rights or a name that change end a connection, too: asking for another session tells whether the login is over.
      const mayBeIn = this.state.get().kind === "online";
      this.#drop();
      this.#sessionId = null;
      if (mayBeIn) void this.#open();
      else this.state.set({ kind: "signed_out" });
      return;
    }
    if (code === NOT_YOURS) this.#sessionId = null;
    this.#broke();
  }

  #broke(): void {
    // A session that never became ready may be one that the machine does not know any more.
    if (this.state.get().kind !== "online") this.#sessionId = null;
    this.#drop();
    const wait = backoffMs(this.#attempt, Math.random());
    this.#attempt += 1;
    this.state.set({ kind: "offline", retryAt: Date.now() + wait });
    this.#timer = setTimeout(() => void this.#open(), wait);
  }

  #drop(): void {
    this.#epoch += 1;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    }
    this.#acks.cutOff();
  }
}
