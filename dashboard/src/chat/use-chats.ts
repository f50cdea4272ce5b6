import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type ChatPage, chats, type MessagePage } from "../api/chat";
import { machine } from "../api/machine";
import { agesChats, applyToConversation } from "../domain/chat";
import { Conversation } from "../domain/conversation";
import type { Item } from "../domain/items";
import { useLive } from "../live/hooks";

const LISTS = ["chats"] as const;
const listKey = (search: string) => [...LISTS, search];
const chatKey = (id: string) => ["chat", id];

type Lists = InfiniteData<ChatPage, string | null>;
type Messages = InfiniteData<MessagePage, string | null>;

/** Conversations with the Brain, page by page; all of them, or those in which these words stand. */
export function useChats(search: string) {
  return useInfiniteQuery({
    queryKey: listKey(search),
    queryFn: ({ pageParam }) => chats.list(search, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page: ChatPage) => page.next_cursor,
    placeholderData: (before) => before,
  });
}

/** One conversation: its newest messages, and page by page those before. */
export function useChat(id: string) {
  const { feed } = useLive();
  return useInfiniteQuery({
    queryKey: chatKey(id),
    queryFn: async ({ pageParam }) => {
      const { snapshot, arrived } = await feed.during(() => chats.get(id, pageParam));
      const loaded = { pages: [snapshot], pageParams: [pageParam] };
      return arrived.reduce((sum, event) => applyToConversation(sum, id, event), loaded).pages[0] ?? snapshot;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page: MessagePage) => page.next_cursor,
  });
}

/** Keeps what is loaded of conversations as the feed says it is. */
export function useFreshChats(open: string | undefined): void {
  const { feed } = useLive();
  const client = useQueryClient();
  useEffect(() => {
    const nothing = () => undefined;
    return feed.listen({
      event: (event) => {
        const lists = client.getQueriesData<Lists>({ queryKey: LISTS });
        const known = lists.flatMap(([, data]) => data?.pages.flatMap(({ items }) => items) ?? []);
        if (agesChats(known, event)) void client.invalidateQueries({ queryKey: LISTS });
        if (open === undefined) return;
        client.setQueryData<Messages>(
          chatKey(open),
          (data) => data && applyToConversation(data, open, event),
        );
      },
      ready: nothing,
      gone: nothing,
    });
  }, [feed, client, open]);
}

/** What to do after a conversation was named or deleted. */
export function useChanged(): (id: string) => Promise<void> {
  const client = useQueryClient();
  return async (id) => {
    await Promise.all([
      client.invalidateQueries({ queryKey: LISTS }),
      client.invalidateQueries({ queryKey: chatKey(id) }),
    ]);
  };
}

/** The items of a message whose answer is over: loaded once, and then they stay. */
export function useStored(taskId: string, enabled: boolean) {
  return useQuery({
    queryKey: ["chat-items", taskId],
    queryFn: async (): Promise<readonly Item[]> => {
      const conversation = new Conversation();
      for (let last = 0; ; ) {
        const page = await machine.events(taskId, last);
        for (const event of page.events) conversation.apply(event);
        last = page.events.at(-1)?.seq ?? last;
        if (page.events.length === 0 || last >= page.last_seq) return conversation.items;
      }
    },
    structuralSharing: false,
    enabled,
  });
}
