import { CircleAlert, LoaderCircle } from "lucide-react";
import { memo } from "react";
import type { Attachment } from "../api/chat";
import type { Row, Steps } from "../domain/chat";
import type { EndItem, Item } from "../domain/items";
import { Fold } from "../parts/fold";
import { Details, Input, Marker, System, Text, Thinking } from "../task/messages";
import { ToolCard } from "../task/tool-card";
import { BrainCard } from "./cards";
import { Chips } from "./chips";
import { Asked } from "./confirm-card";

interface Props {
  row: Row;
  /** Whether the answer is under way, so that a missing result may still come. */
  live: boolean;
  /** Files that came with the message. */
  attachments: readonly Attachment[];
}

export function ChatRow({ row, live, attachments }: Props) {
  switch (row.kind) {
    case "input":
      return (
        <>
          <Input item={row.item} />
          {row.key === "first" && attachments.length > 0 && (
            <div className="mt-1.5 flex justify-end pl-8">
              <Chips files={attachments} />
            </div>
          )}
        </>
      );
    case "text":
      return <Text item={row.item} />;
    case "card":
      return <BrainCard card={row.card} />;
    case "approval":
      return <Asked item={row.item} />;
    case "marker":
      return <Marker item={row.item} />;
    case "end":
      return <Ended item={row.item} />;
    default:
      return <FoldedSteps steps={row} live={live} />;
  }
}

function FoldedSteps({ steps, live }: { steps: Steps; live: boolean }) {
  const { key, title, failed, items } = steps;
  const now = live ? steps.now : null;
  return (
    <Fold
      name={key}
      titleClass="py-0.5 text-faint hover:text-ink w-auto!"
      title={
        <>
          {now && <LoaderCircle aria-hidden className="size-3.5 shrink-0 animate-spin text-accent" />}
          <span className="min-w-0 truncate">{now ? `${now}…` : title}</span>
          {failed > 0 && <span className="shrink-0 text-bad text-xs">· {failed} failed</span>}
        </>
      }
    >
      {() => (
        <div className="mt-1.5 ml-1.5 space-y-2 border-l-2 pl-4">
          {items.map((item) => (
            <Step key={item.key} item={item} live={live} />
          ))}
        </div>
      )}
    </Fold>
  );
}

const step = (item: Item, live: boolean) => <Step key={item.key} item={item} live={live} />;

const Step = memo(function Step({ item, live }: { item: Item; live: boolean }) {
  switch (item.kind) {
    case "tool":
      return <ToolCard item={item} live={live} row={step} />;
    case "thinking":
      return <Thinking item={item} />;
    case "text":
      return <Text item={item} />;
    case "details":
      return <Details item={item} />;
    case "system":
    case "unknown":
      return <System item={item} />;
    default:
      return null;
  }
});

function Ended({ item }: { item: EndItem }) {
  const { failure, reason } = item;
  if (!failure) {
    const why = reason === "stopped" ? "" : `: ${reason}`;
    return <p className="text-faint text-xs">Stopped{why}</p>;
  }
  return (
    <div role="alert" className="flex gap-3 rounded-lg border border-bad-line bg-bad-tint p-3.5">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 space-y-1 [overflow-wrap:anywhere]">
        <p className="font-medium">{failure.message}</p>
        <p className="text-soft">{failure.hint}</p>
      </div>
    </div>
  );
}
