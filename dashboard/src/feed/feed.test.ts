import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeMachine, textEvent } from "./fake-machine";
import { Feed } from "./feed";

const TASK = "task_1";
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

let machine: FakeMachine;
let feed: Feed;
let seen: number[];

async function connected(): Promise<void> {
  feed.connection.start();
  await settle();
}

function watch(): void {
  feed.watch(TASK, (events) => seen.push(...events.map(({ seq }) => seq)));
}

beforeEach(() => {
  vi.useFakeTimers();
  machine = new FakeMachine();
  feed = new Feed(machine);
  seen = [];
});

afterEach(() => {
  feed.connection.stop();
  vi.useRealTimers();
});

describe("watching a task", () => {
  it("loads what is stored, then follows", async () => {
    await connected();
    machine.produce(TASK, 5);
    watch();
    await settle();
    machine.produce(TASK, 3);
    expect(seen).toEqual(upTo(8));
  });

  it("may begin in the middle, and loads nothing of what was before", async () => {
    await connected();
    machine.produce(TASK, 9);
    feed.watch(TASK, (events) => seen.push(...events.map(({ seq }) => seq)), 6);
    await settle();
    machine.produce(TASK, 1);
    expect(seen).toEqual([7, 8, 9, 10]);
  });

  it("is not ended by somebody whose own watch was replaced", async () => {
    await connected();
    const glimpse = feed.watch(TASK, () => {});
    watch();
    await settle();
    feed.unwatch(TASK, glimpse);
    machine.produce(TASK, 2);
    expect(seen).toEqual([1, 2]);
  });

  it("asks for the stored events page by page, and subscribes from the last one", async () => {
    await connected();
    machine.pageSize = 4;
    machine.produce(TASK, 10);
    watch();
    await settle();
    expect(seen).toEqual(upTo(10));
    expect(machine.socket.sent).toContainEqual(expect.objectContaining({ type: "subscribe", after: 10 }));
  });

  it("holds what arrives by itself while the stored events load, and shows it once", async () => {
    await connected();
    machine.produce(TASK, 5);
    machine.holdLoads = true;
    watch();
    await settle();
    machine.produce(TASK, 2);
    machine.socket.say(textEvent(TASK, 6));
    machine.socket.say(textEvent(TASK, 7));
    expect(seen).toEqual([]);
    machine.releaseLoads();
    await settle();
    expect(seen).toEqual(upTo(7));
  });

  it("asks once for what is stored when the connection comes about meanwhile", async () => {
    machine.produce(TASK, 5);
    machine.holdLoads = true;
    watch();
    await connected();
    machine.releaseLoads();
    await settle();
    expect(machine.loads).toEqual([0]);
    machine.produce(TASK, 2);
    expect(seen).toEqual(upTo(7));
  });

  it("asks anew when what was on its way got lost", async () => {
    machine.produce(TASK, 5);
    machine.isUp = false;
    watch();
    await settle();
    machine.isUp = true;
    await connected();
    expect(seen).toEqual(upTo(5));
    expect(machine.loads).toEqual([0, 0]);
  });

  it("asks anew on a connection that comes about after a long silence", async () => {
    machine.produce(TASK, 5);
    machine.holdLoads = true;
    watch();
    await settle(2_000);
    machine.holdLoads = false;
    await connected();
    expect(seen).toEqual(upTo(5));
  });

  it("begins where what is stored begins, when what was before is no longer kept", async () => {
    await connected();
    machine.stored = [1001, 1002].map((seq) => textEvent(TASK, seq));
    machine.pageSize = 1;
    watch();
    await settle();
    machine.socket.say(textEvent(TASK, 1003));
    expect(seen).toEqual([1001, 1002, 1003]);
  });

  it("puts live events in order and drops doubles", async () => {
    await connected();
    watch();
    await settle();
    for (const seq of [2, 1, 1, 4, 3, 2]) machine.socket.say(textEvent(TASK, seq));
    expect(seen).toEqual(upTo(4));
  });

  it("asks again from the last one when something stays missing", async () => {
    await connected();
    watch();
    await settle();
    machine.produce(TASK, 6, (seq) => seq === 3);
    expect(seen).toEqual([1, 2]);
    await settle(2_000);
    expect(seen).toEqual(upTo(6));
  });

  it("stops asking for a task that nobody watches any more", async () => {
    await connected();
    watch();
    await settle();
    feed.unwatch(TASK);
    await settle();
    machine.produce(TASK, 3);
    expect(seen).toEqual([]);
  });

  it("says why a task cannot be followed", async () => {
    await connected();
    machine.isDeaf = true;
    const stream = feed.watch(TASK, () => undefined);
    await settle();
    const { id } = machine.socket.sent.at(-1) ?? {};
    machine.socket.say({
      type: "error",
      id,
      code: "not_found",
      detail: "There is no task.",
      hint: "",
      status: 404,
    });
    await settle();
    expect(stream.state.get()).toEqual({ kind: "failed", code: "not_found", message: "There is no task." });
  });
});

describe("a connection that breaks", () => {
  it("goes on from the last event, without a gap and without doubles", async () => {
    await connected();
    watch();
    await settle();
    machine.produce(TASK, 3);
    machine.socket.end();
    machine.produce(TASK, 4);
    expect(feed.connection.state.get().kind).toBe("offline");
    await settle(1_000);
    machine.produce(TASK, 1);
    expect(seen).toEqual(upTo(8));
    expect(machine.socket.sent).toContainEqual(expect.objectContaining({ type: "subscribe", after: 3 }));
    expect(machine.sessions).toHaveLength(1);
  });

  it("comes back after `lagged`, and asks from its last event", async () => {
    await connected();
    watch();
    await settle();
    machine.produce(TASK, 2);
    machine.socket.say({ type: "lagged" });
    machine.produce(TASK, 5);
    await settle(1_000);
    expect(seen).toEqual(upTo(7));
  });

  it("in the middle of loading ends complete all the same", async () => {
    await connected();
    machine.pageSize = 3;
    machine.produce(TASK, 7);
    machine.holdLoads = true;
    watch();
    await settle();
    machine.socket.end();
    await settle(1_000);
    machine.releaseLoads();
    await settle();
    machine.produce(TASK, 2);
    expect(seen).toEqual(upTo(9));
  });

  it("gets a new session when the machine, started again, does not know the old one", async () => {
    await connected();
    watch();
    await settle();
    machine.produce(TASK, 2);
    machine.isUp = false;
    machine.socket.end();
    await settle(60_000);
    expect(feed.connection.state.get().kind).not.toBe("online");
    machine.produce(TASK, 2);
    machine.refusesSessions.add("session_1");
    machine.isUp = true;
    await settle(30_000);
    expect(feed.connection.state.get()).toEqual({ kind: "online" });
    expect(machine.sessions.at(-1)).not.toBe("session_1");
    expect(seen).toEqual(upTo(4));
  });

  it("replaces a session that is refused at once", async () => {
    machine.refusesSessions.add("session_1");
    await connected();
    await settle(1_000);
    expect(feed.connection.state.get()).toEqual({ kind: "online" });
    expect(machine.sessions).toEqual(["session_1", "session_2"]);
  });

  it("is noticed when nothing comes back any more", async () => {
    await connected();
    machine.isDeaf = true;
    await settle(39_000);
    expect(machine.sockets).toHaveLength(2);
    expect(machine.sockets[0]?.isOpen).toBe(false);
  });

  it("is not taken up again by somebody whose login is over", async () => {
    await connected();
    machine.isLoginOver = true;
    machine.socket.end(4401);
    await settle(60_000);
    expect(feed.connection.state.get()).toEqual({ kind: "signed_out" });
    expect(machine.sockets).toHaveLength(1);
  });

  it("is taken up again by somebody whose rights have changed", async () => {
    await connected();
    machine.socket.end(4401);
    await settle(1_000);
    expect(feed.connection.state.get()).toEqual({ kind: "online" });
    expect(machine.sessions).toEqual(["session_1", "session_2"]);
  });
});

describe("commands", () => {
  const input = { type: "task.input", task_id: TASK, message: "hello" } as const;

  it("are answered by id, in whatever order", async () => {
    await connected();
    machine.isDeaf = true;
    const answers = [feed.send(input), feed.send(input)];
    const ids = machine.socket.sent.map(({ id }) => id);
    machine.socket.say({ type: "ack", id: ids[1], data: { task_id: "second" } });
    machine.socket.say({ type: "ack", id: ids[0], data: { task_id: "first" } });
    const tasks = (await Promise.all(answers)).map(({ data }) => data?.task_id);
    expect(tasks).toEqual(["first", "second"]);
  });

  it("fail with the machine's own words", async () => {
    await connected();
    machine.isDeaf = true;
    const answer = feed.send(input);
    const { id } = machine.socket.sent.at(-1) ?? {};
    machine.socket.say({
      type: "error",
      id,
      code: "conflict",
      detail: "It is over.",
      hint: "Look again.",
      status: 409,
    });
    await expect(answer).rejects.toMatchObject({
      code: "conflict",
      message: "It is over.",
      hint: "Look again.",
    });
  });

  it("fail when no answer comes in time", async () => {
    await connected();
    machine.isDeaf = true;
    const answer = expect(feed.send(input)).rejects.toMatchObject({ code: "timeout" });
    await settle(25_000);
    await answer;
  });

  it("fail when the connection breaks before the answer", async () => {
    await connected();
    machine.isDeaf = true;
    const answer = expect(feed.send(input)).rejects.toMatchObject({ code: "disconnected" });
    machine.socket.end();
    await answer;
  });

  it("fail at once without a connection", async () => {
    await expect(feed.send(input)).rejects.toMatchObject({ code: "offline" });
  });
});

describe("the machine's feed", () => {
  const told: Array<number | null | undefined> = [];
  const listen = () => {
    const gone = vi.fn();
    told.length = 0;
    feed.listen({ event: ({ feed_seq }) => told.push(feed_seq), ready: () => undefined, gone });
    return gone;
  };

  it("brings what happened between the first snapshot and the connection", async () => {
    listen();
    feed.begin(0);
    machine.feed = [1, 2].map((feed_seq) => ({ type: "machine.status", feed_seq, data: {} }) as never);
    await connected();
    expect(told).toEqual([1, 2]);
  });

  it("goes on from its last event after a break", async () => {
    const gone = listen();
    await connected();
    machine.happens();
    machine.socket.end();
    machine.happens(false);
    machine.happens(false);
    await settle(1_000);
    machine.happens();
    expect(told).toEqual([1, 2, 3, 4]);
    expect(gone).not.toHaveBeenCalled();
  });

  it("brings what was missed before anything that is live", async () => {
    listen();
    await connected();
    machine.happens();
    machine.socket.end();
    machine.happens(false);
    machine.isDeaf = true;
    await settle(1_000);
    machine.happens();
    expect(told).toEqual([1, 2, 3]);
  });

  it("asks again for what a second break kept back", async () => {
    listen();
    await connected();
    machine.happens();
    machine.socket.end();
    machine.happens(false);
    machine.isSlow = true;
    await settle(1_000);
    machine.socket.end();
    machine.isSlow = false;
    await settle(2_000);
    expect(told).toEqual([1, 2]);
  });

  it("is not taken to be known as far as a task's own events, while it is still followed", async () => {
    listen();
    await connected();
    machine.happens();
    watch();
    await settle();
    machine.isDeaf = true;
    feed.unwatch(TASK);
    machine.happens(false);
    const ended = { ...textEvent(TASK, 1), type: "task.completed", feed_seq: 3 };
    machine.feed.push(ended as never);
    machine.socket.say(ended);
    machine.isDeaf = false;
    machine.socket.end();
    await settle(1_000);
    expect(told).toEqual([1, 3, 2, 3]);
  });

  it("says when what was missed is gone, and goes on", async () => {
    const gone = listen();
    await connected();
    machine.happens();
    machine.socket.end();
    machine.happens(false);
    machine.happens(false);
    machine.feedGoneTo = 2;
    await settle(1_000);
    expect(gone).toHaveBeenCalledOnce();
    machine.happens();
    expect(told).toEqual([1, 4]);
  });

  it("says that it is gone when another machine answers", async () => {
    const gone = listen();
    feed.begin(7);
    await connected();
    expect(gone).toHaveBeenCalledOnce();
  });

  it("keeps what arrives while a snapshot loads", async () => {
    await connected();
    let finish: () => void = () => undefined;
    const loading = feed.during(
      () =>
        new Promise<string>((resolve) => {
          finish = () => resolve("snapshot");
        }),
    );
    machine.socket.say({ type: "machine.status", at: "2026-01-01T00:00:00Z", feed_seq: 7, data: {} });
    finish();
    const { snapshot, arrived } = await loading;
    expect(snapshot).toBe("snapshot");
    expect(arrived).toEqual([expect.objectContaining({ type: "machine.status", feed_seq: 7 })]);
  });

  it("does not choke on what is no frame", async () => {
    await connected();
    machine.socket.onmessage?.({ data: "no json" } as MessageEvent<string>);
    machine.socket.onmessage?.({ data: "[]" } as MessageEvent<string>);
    expect(feed.connection.state.get()).toEqual({ kind: "online" });
  });
});
