import { QueryClient } from "@tanstack/react-query";
import { machine, type Status } from "../api/machine";
import { ApiError } from "../api/problem";
import { SignedOut, type SocketLike } from "../feed/connection";
import { Feed } from "../feed/feed";
import { knownTask, shortenLists } from "../tasks/list";
import { Again } from "./again";
import { applyReady, applyToCache, keys } from "./cache";
import { Notices } from "./notices";
import { TaskViews } from "./task-view";
import { Unread } from "./unread";

/** What the page works with. Made once, in main.tsx, and handed down. */
export interface Live {
  client: QueryClient;
  feed: Feed;
  views: TaskViews;
  unread: Unread;
  notices: Notices;
}

function openSocket(sessionId: string, position: number | null): SocketLike {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const begin = position === null ? "" : `?feed_after=${position}`;
  return new WebSocket(`${scheme}//${location.host}/ws/${sessionId}${begin}`);
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
  const again = new Again(client);
  const unread = new Unread();
  const notices = new Notices({
    taskOf: (taskId) => knownTask(client, taskId),
    load: machine.task,
    me: () => client.getQueryData<Status>(keys.status)?.me.user_id,
    isLookedAt: (taskId) => unread.isLookedAt(taskId),
  });
  feed.listen({
    event: (event) => {
      notices.arrived(event);
      applyToCache(client, event, (key) => again.ask(key));
      if (event.type === "chat.reply") unread.arrived(event.data.task_id, event.data.conversation_id);
    },
    ready: (frame) => applyReady(client, frame),
    gone: () => {
      shortenLists(client);
      void client.invalidateQueries();
    },
  });
  // A socket does not notice by itself that the network is gone.
  window.addEventListener("offline", () => feed.connection.probe());
  window.addEventListener("online", () => feed.connection.retryNow());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    feed.connection.retryNow();
    feed.connection.probe();
    unread.lookAgain();
  });
  return { client, feed, views: new TaskViews(feed), unread, notices };
}
