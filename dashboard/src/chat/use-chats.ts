import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ChatPage, chats, type MessagePage } from "../api/chat";
import { machine } from "../api/machine";
import { agesChats, applyToConversation, type Loaded } from "../domain/chat-pages";
import { Conversation } from "../domain/conversation";
import type { Item } from "../domain/items";
import { keys } from "../live/cache";
import { useLive } from "../live/hooks";
import { keepingUp } from "../live/keeping-up";

/** Conversations with the Brain, page by page; all of them, or those in which these words stand. */
export function useChats(search: string, enabled = true) {
  const { feed } = useLive();
  return useInfiniteQuery({
    queryKey: [...keys.chats, search],
    queryFn: async ({ pageParam }) => {
      const load = () => chats.list(search, pageParam);
      const { snapshot, arrived } = await feed.during(load);
      // What makes a list old while it is on its way makes nothing old that could be asked for again.
      return arrived.some((event) => agesChats(snapshot.items, event)) ? load() : snapshot;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page: ChatPage) => page.next_cursor,
    placeholderData: (before) => before,
    enabled,
  });
}

/** One conversation: its newest messages, and page by page those before. */
export function useChat(id: string) {
  const { feed } = useLive();
  return useInfiniteQuery({
    queryKey: keys.chat(id),
    queryFn: ({ pageParam }) => chats.get(id, pageParam),
    ...keepingUp<Loaded>(feed, (loaded, event) => applyToConversation(loaded, id, event)),
    initialPageParam: null as string | null,
    getNextPageParam: (page: MessagePage) => page.next_cursor,
  });
}

/** What to do after a conversation was named or deleted. */
export function useChanged(): (id: string) => Promise<void> {
  const client = useQueryClient();
  return async (id) => {
    await Promise.all([
      client.invalidateQueries({ queryKey: keys.chats }),
      client.invalidateQueries({ queryKey: keys.chat(id) }),
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
