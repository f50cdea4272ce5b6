import { QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { afterEach, beforeEach, vi } from "vitest";
import { LiveProvider } from "./hooks";
import { createLive, type Live } from "./live";

type Answer = object | Promise<object>;

/** The machine as a page sees it, for tests: what it answers to a GET, by path, and what it says on the socket. */
export class FakeServer {
  /** What stands under a path, told for each question anew. */
  answers: Record<string, (query: URLSearchParams) => Answer> = {};
  #socket: FakeSocket | null = null;
  #said = 0;

  readonly fetch = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/api/sessions") return Response.json({ session_id: "s" });
    const answer = this.answers[pathname];
    if (!answer) throw new Error(`Nobody has asked for ${pathname} before.`);
    return Response.json(await answer(searchParams));
  };

  readonly connect = (socket: FakeSocket): void => {
    this.#socket = socket;
    this.#send({ type: "session.ready", data: { feed_seq: this.#said, feed_after: this.#said } });
  };

  /** Something happens to a task. */
  tell(task_id: string, seq: number, type: string, data: object = {}): void {
    this.happens({ type, task_id, seq, data });
  }

  happens(event: object): void {
    this.#said += 1;
    this.#send({ ...event, at: "2026-01-01T00:00:00Z", feed_seq: this.#said });
  }

  /** The connection breaks, and what happens meanwhile is lost: the next one begins beyond it. */
  forget(): void {
    this.#said += 100;
    this.#socket?.onclose?.({ code: 1006 } as CloseEvent);
  }

  #send(frame: object): void {
    this.#socket?.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent<string>);
  }
}

class FakeSocket {
  static server: FakeServer;
  onmessage: ((event: MessageEvent<string>) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;

  constructor() {
    setTimeout(() => FakeSocket.server.connect(this), 0);
  }

  send(): void {}
  close(): void {}
}

interface Fake {
  server: FakeServer;
  live: Live;
  /** What stands around a component of the page. */
  wrapper(props: { children: ReactNode }): ReactNode;
}

/** What a page works with in each test of a file, connected to a machine that says what the test wants. */
export function fakePage(): Fake {
  const fake = {
    wrapper: ({ children }) => (
      <QueryClientProvider client={fake.live.client}>
        <LiveProvider value={fake.live}>{children}</LiveProvider>
      </QueryClientProvider>
    ),
  } as Fake;
  beforeEach(async () => {
    fake.server = new FakeServer();
    FakeSocket.server = fake.server;
    vi.stubGlobal("fetch", fake.server.fetch);
    vi.stubGlobal("WebSocket", FakeSocket);
    fake.live = createLive();
    fake.live.feed.connection.start();
    await vi.waitFor(() => {
      if (fake.live.feed.connection.state.get().kind !== "online") throw new Error("There is no connection.");
    });
  });
  afterEach(() => {
    fake.live.feed.connection.stop();
    fake.live.client.clear();
    vi.unstubAllGlobals();
  });
  return fake;
}

/** An answer that comes when the test says so. */
export function held(): { answer: Promise<object>; give(answer: object): void } {
  let give: (answer: object) => void = () => undefined;
  const answer = new Promise<object>((resolve) => {
    give = resolve;
  });
  return { answer, give: (value) => give(value) };
}
