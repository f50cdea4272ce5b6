import { Link } from "@tanstack/react-router";
import { LoaderCircle } from "lucide-react";
import { memo, useMemo, useState } from "react";
import type { Message } from "../api/chat";
import { type Row, rowsOf } from "../domain/chat";
import type { Item } from "../domain/items";
import { hasEnded, needsAnswer } from "../domain/task";
import { useLive, useSignal } from "../live/hooks";
import { FoldMemory } from "../parts/fold";
import { Failed, Loading } from "../parts/states";
import { ChatRow } from "./rows";
import { useStored } from "./use-chats";

/** What was said, and what the Brain answered: as it happens, or as it was. */
export const ChatMessage = memo(function ChatMessage({ message }: { message: Message }) {
  // One that ends while it is looked at stays as it is: there is no second way to show it.
  const [wasLive] = useState(!hasEnded(message));
  // Names of rows tell them apart within one message only.
  const [folds] = useState(() => new Map<string, boolean>());
  return (
    <FoldMemory value={folds}>
      {wasLive ? <LiveMessage message={message} /> : <StoredMessage message={message} />}
    </FoldMemory>
  );
});

function LiveMessage({ message }: { message: Message }) {
  const { views } = useLive();
  const [view] = useState(() => views.get(message.task_id));
  const state = useSignal(view.stream.state);
  const version = useSignal(view.version);
  if (state.kind === "failed") {
    return <Failed what="This message could not be loaded." error={new Error(state.message)} />;
  }
  if (version === 0) return <Loading label="Loading a message" lines={2} />;
  // The list is only ever added to or replaced in: how often it was folded says whether it is another one.
  return <Rows message={message} items={view.conversation.items} version={version} />;
}

function StoredMessage({ message }: { message: Message }) {
  const stored = useStored(message.task_id, true);
  if (stored.error) {
    const retry = () => void stored.refetch();
    return <Failed what="This message could not be loaded." error={stored.error} retry={retry} />;
  }
  if (!stored.data) return <Loading label="Loading a message" lines={3} />;
  return <Rows message={message} items={stored.data} version={0} />;
}

interface Props {
  message: Message;
  items: readonly Item[];
  version: number;
}

function Rows({ message, items, version }: Props) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what is in the list
  const rows = useMemo(() => rowsOf(items), [items, version]);
  const live = !hasEnded(message);
  return (
    <article aria-label={message.title} data-task={message.task_id} className="space-y-3">
      {rows.map((row) => (
        <div key={row.key} data-kind={row.kind} className={row.kind === "input" ? "pb-1.5" : ""}>
          <ChatRow row={row} live={live} attachments={message.attachments} />
        </div>
      ))}
      <Working message={message} last={rows.at(-1)} />
      <Link
        to="/tasks/$taskId"
        params={{ taskId: message.task_id }}
        title="The task of this message: its events, files and cost"
        className="inline-flex min-h-6 items-center text-faint text-xs hover:text-ink hover:underline"
      >
        Details
      </Link>
    </article>
  );
}

/** That something is under way, where nothing else says it. */
function Working({ message, last }: { message: Message; last: Row | undefined }) {
  if (hasEnded(message) || needsAnswer(message) || last?.kind === "marker") return null;
  if (message.status === "waiting_input") return null;
  if (last?.kind === "steps" && last.now) return null;
  if (last?.kind === "text" && !last.item.done) return null;
  const isQueued = message.status === "queued";
  return (
    <p role="status" className="flex items-center gap-2 text-faint">
      <LoaderCircle aria-hidden className="size-4 animate-spin text-accent" />
      {isQueued ? "Waits for its turn…" : "Works on it…"}
    </p>
  );
}
