import { Link } from "@tanstack/react-router";
import { Search, SquarePen } from "lucide-react";
import { useDeferredValue, useEffect, useState } from "react";
import type { Chat } from "../api/chat";
import { ago, dollars, fullTime } from "../domain/format";
import { hasEnded } from "../domain/task";
import { useUnreadChats } from "../live/hooks";
import { Button } from "../parts/button";
import { INPUT } from "../parts/field";
import { useNow } from "../parts/now";
import { Empty, Failed, Loading } from "../parts/states";
import { StatusIcon } from "../parts/status";
import { RenameButton } from "./naming";
import { useChats } from "./use-chats";

const MINUTE_MS = 60_000;
const TYPING_MS = 250;

/** What was typed, once the typing has paused. */
function useSettled(text: string): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** The conversations, newest message first; found by words in their names, messages and answers. */
export function ChatList({ chosen }: { chosen?: () => void }) {
  const [typed, type] = useState("");
  const search = useSettled(typed.trim());
  const list = useChats(search);
  const shown = useDeferredValue(list.data);
  const items = shown?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="flex h-full flex-col">
      <div className="space-y-2 border-b p-2.5">
        <Link
          to="/chat"
          onClick={chosen}
          className="flex h-8 items-center gap-2 rounded-md px-2 font-medium hover:bg-hover"
        >
          <SquarePen aria-hidden className="size-4 text-soft" />
          New conversation
        </Link>
        <div className="relative">
          <Search aria-hidden className="absolute top-2.5 left-2.5 size-4 text-faint" />
          <input
            type="search"
            aria-label="Search conversations"
            placeholder="Search"
            maxLength={200}
            value={typed}
            onChange={(event) => type(event.target.value)}
            className={`${INPUT} pl-8!`}
          />
        </div>
      </div>
      <nav aria-label="Conversations" className="min-h-0 flex-1 overflow-y-auto p-2">
        {list.error && !shown ? (
          <Failed
            what="The conversations could not be loaded."
            error={list.error}
            retry={() => void list.refetch()}
          />
        ) : !shown ? (
          <Loading label="Loading conversations" lines={5} />
        ) : items.length === 0 ? (
          <Empty title={search ? "Nothing fits" : "No conversations yet"}>
            {search ? "Names, messages and answers were searched." : "What you ask stays here."}
          </Empty>
        ) : (
          <Rows items={items} chosen={chosen} />
        )}
        {list.hasNextPage && (
          <Button
            look="ghost"
            size="small"
            busy={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Show older ones
          </Button>
        )}
      </nav>
    </div>
  );
}

function Rows({ items, chosen }: { items: readonly Chat[]; chosen: (() => void) | undefined }) {
  const now = useNow(MINUTE_MS);
  const unread = useUnreadChats();
  return (
    <ul className="space-y-px">
      {items.map((chat) => (
        <li key={chat.conversation_id} className="group/chat relative">
          <Link
            to="/chat/$conversationId"
            params={{ conversationId: chat.conversation_id }}
            onClick={chosen}
            className="block rounded-md py-1.5 pr-9 pl-2 -outline-offset-2 hover:bg-hover"
            activeProps={{ className: "bg-hover", "aria-current": "page" }}
          >
            <span
              className={`block truncate ${unread.has(chat.conversation_id) ? "font-semibold" : "font-medium"}`}
            >
              {chat.title}
            </span>
            <span className="numeric flex items-center gap-1.5 text-faint text-xs">
              {!hasEnded(chat) && <StatusIcon task={chat} className="size-3.5" />}
              <time dateTime={chat.status_at} title={fullTime(chat.status_at)}>
                {ago(chat.status_at, Math.max(now, Date.parse(chat.status_at)))}
              </time>
              {chat.cost_usd > 0 && <span>· {dollars(chat.cost_usd)}</span>}
              {unread.has(chat.conversation_id) && <span className="text-accent">· new reply</span>}
            </span>
          </Link>
          <RenameButton
            chat={chat}
            className="absolute! top-1.5 right-1 opacity-0 focus-visible:opacity-100 group-hover/chat:opacity-100 pointer-coarse:opacity-100"
          />
        </li>
      ))}
    </ul>
  );
}
