import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowDown, ArrowLeft } from "lucide-react";
import { type ReactNode, useEffect, useMemo } from "react";
import { type Chat, chats, type Message } from "../api/chat";
import { machine } from "../api/machine";
import { costKind, dollars } from "../domain/format";
import { hasEnded, needsAnswer } from "../domain/task";
import { keys } from "../live/cache";
import { useLive } from "../live/hooks";
import { Button } from "../parts/button";
import { useTitle } from "../parts/page";
import { Scrollable } from "../parts/scrollable";
import { Failed, Loading } from "../parts/states";
import { ChatBox } from "./box";
import { ChatMessage } from "./message";
import { DeleteButton, RenameButton } from "./naming";
import { useChat } from "./use-chats";
import { useEnd } from "./use-end";

/** One conversation with the Brain; `menu` opens the list of the others where there is no room for it. */
export function ChatConversation({ id, menu }: { id: string; menu: ReactNode }) {
  const chat = useChat(id);
  const messages = useMemo(() => chat.data?.pages.flatMap(({ items }) => items).reverse() ?? [], [chat.data]);
  const newest = messages.at(-1);
  useLooking(id, newest);
  const conversation = chat.data?.pages[0]?.conversation;
  if (chat.error && !conversation) {
    return (
      <div className="mx-auto max-w-[44rem] space-y-4 p-6">
        <h1 className="sr-only">Conversation</h1>
        <Failed
          what="This conversation could not be loaded."
          error={chat.error}
          retry={() => void chat.refetch()}
        />
        <p className="flex gap-4">
          <Link to="/chat" className="text-accent underline">
            All conversations
          </Link>
          <Kept id={id} />
        </p>
      </div>
    );
  }
  if (!conversation) return <Loading label="Loading the conversation" lines={6} />;
  return (
    <div className="flex h-full flex-col">
      <Head chat={conversation} menu={menu} />
      <Messages
        messages={messages}
        older={
          chat.hasNextPage && (
            <div className="flex justify-center">
              <Button size="small" busy={chat.isFetchingNextPage} onClick={() => void chat.fetchNextPage()}>
                Show earlier messages
              </Button>
            </div>
          )
        }
      />
      <footer className="mx-auto w-full max-w-[50rem] px-4 pb-4 sm:px-6">
        <ChatBox
          draft={`chat:${id}`}
          label="Message to the Brain"
          placeholder={placeholder(newest)}
          newest={newest}
          send={(message, attachments) => chats.say({ message, attachments, conversation_id: id })}
        />
      </footer>
    </div>
  );
}

/** Of a conversation that was deleted the tasks stay: the way to the newest one, which leads to those before it. */
function Kept({ id }: { id: string }) {
  const queryKey = [...keys.conversation(id), true];
  const newest = useQuery({ queryKey, queryFn: () => machine.conversation(id) }).data?.items[0];
  if (!newest) return null;
  return (
    <Link to="/tasks/$taskId" params={{ taskId: newest.task_id }} className="text-accent underline">
      Its newest message, as a task
    </Link>
  );
}

function placeholder(newest: Message | undefined): string {
  if (!newest || hasEnded(newest)) return "Reply…";
  return needsAnswer(newest) ? "It needs your answer above…" : "Say something while it works…";
}

/** Replies that are looked at are no news. */
function useLooking(id: string, newest: Message | undefined): void {
  const { unread } = useLive();
  const taskId = newest?.task_id ?? null;
  useEffect(() => {
    unread.look(taskId, id);
    return () => unread.look(null);
  }, [unread, taskId, id]);
}

function Head({ chat, menu }: { chat: Chat; menu: ReactNode }) {
  const navigate = useNavigate();
  useTitle(chat.title);
  const kind = costKind(chat.cost_kind, chat.estimated);
  return (
    <header className="flex min-h-12 items-center gap-1 border-b px-4 py-1.5 sm:px-6">
      <Link
        to="/chat"
        aria-label="Back to the chat"
        className="-ml-2 rounded-md p-2 text-soft hover:bg-hover md:hidden"
      >
        <ArrowLeft aria-hidden className="size-4" />
      </Link>
      {menu}
      <h1 className="min-w-0 truncate font-semibold text-base tracking-tight" title={chat.title}>
        {chat.title}
      </h1>
      <RenameButton chat={chat} />
      {hasEnded(chat) && <DeleteButton chat={chat} gone={() => navigate({ to: "/chat" })} />}
      {chat.cost_usd > 0 && (
        <span
          className="numeric ml-auto shrink-0 pl-2 text-faint text-xs"
          title={`What its messages have cost; tasks that were started count for themselves. ${kind.meaning}`}
        >
          {dollars(chat.cost_usd)} <span className="max-sm:sr-only">{kind.label}</span>
        </span>
      )}
    </header>
  );
}

function Messages({ messages, older }: { messages: readonly Message[]; older: ReactNode }) {
  const { scroller, content, atEnd, toEnd } = useEnd();
  const last = messages.at(-1)?.task_id;
  // What one has just said is looked at, wherever one was.
  useEffect(() => {
    if (last) toEnd();
  }, [last, toEnd]);
  return (
    <div className="relative min-h-0 flex-1">
      <Scrollable ref={scroller} label="Conversation" className="h-full overflow-y-auto">
        <div ref={content} className="mx-auto w-full max-w-[50rem] space-y-8 px-4 py-6 sm:px-6">
          {older}
          {messages.map((message) => (
            <ChatMessage key={message.task_id} message={message} />
          ))}
        </div>
      </Scrollable>
      {!atEnd && (
        <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
          <Button
            size="small"
            onClick={toEnd}
            icon={<ArrowDown aria-hidden className="size-3.5" />}
            className="pointer-events-auto rounded-full!"
          >
            Jump to latest
          </Button>
        </div>
      )}
    </div>
  );
}
