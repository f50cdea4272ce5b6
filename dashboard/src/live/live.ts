import { QueryClient } from "@tanstack/react-query";
import { machine } from "../api/machine";
import { ApiError } from "../api/problem";
import { SignedOut, type SocketLike } from "../feed/connection";
import { Feed } from "../feed/feed";
import { applyToCache } from "./cache";
import { TaskViews } from "./task-view";

/** What the page works with. Made once, in main.tsx, and handed down. */
export interface Live {
  client: QueryClient;
  feed: Feed;
  views: TaskViews;
}

function openSocket(sessionId: string): SocketLike {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(`${scheme}//${location.host}/ws/${sessionId}`);
}

/** Repeating helps against a network, not against an answer. */
function worthRetrying(count: number, error: Error): boolean {
  const answered = error instanceof SignedOut || (error instanceof ApiError && error.status < 500);
  return !answered && count < 3;
}

export function createLive(): Live {
  const client = new QueryClient({
    defaultOptions: {
      queries: { staleTime: Number.POSITIVE_INFINITY, retry: worthRetrying, refetchOnWindowFocus: false },
    },
  });
  const feed = new Feed({ openSession: machine.openSession, openSocket, loadEvents: machine.events });
  feed.listen({
    event: (event) => applyToCache(client, event),
    // What happened while there was no connection is in the snapshots; the feed goes on from there.
    ready: (_frame, again) => {
      if (again) void client.invalidateQueries();
    },
  });
  window.addEventListener("online", () => feed.connection.retryNow());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    feed.connection.retryNow();
    feed.connection.probe();
  });
  return { client, feed, views: new TaskViews(feed) };
}
