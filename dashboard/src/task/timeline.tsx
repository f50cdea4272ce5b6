import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { memo, useCallback, useEffect, useRef, useState } from "react";
import type { Item } from "../domain/items";
import type { Task } from "../domain/task";
import { useSignal } from "../live/hooks";
import type { TaskView } from "../live/task-view";
import { Button } from "../parts/button";
import { FoldMemory } from "../parts/fold";
import { Scrollable } from "../parts/scrollable";
import { ApprovalCard } from "./approval-card";
import { Earlier } from "./earlier";
import { End } from "./end";
import { Details, Input, Marker, System, Text, Thinking } from "./messages";
import { ToolCard } from "./tool-card";

const NEAR_END_PX = 80;

/** How high a row may be before it is measured; too low a guess draws rows that nobody sees. */
const ESTIMATES: Readonly<Partial<Record<string, number>>> = {
  text: 140,
  tool: 120,
  approval: 240,
  input: 72,
};

const Row = memo(function Row({ item, live }: { item: Item; live: boolean }) {
  switch (item.kind) {
    case "input":
      return <Input item={item} />;
    case "text":
      return <Text item={item} />;
    case "thinking":
      return <Thinking item={item} />;
    case "tool":
      return <ToolCard item={item} live={live} />;
    case "approval":
      return <ApprovalCard item={item} />;
    case "marker":
      return <Marker item={item} />;
    case "details":
      return <Details item={item} />;
    case "end":
      return <End item={item} />;
    default:
      return <System item={item} />;
  }
});

const QUIET: ReadonlySet<Item["kind"]> = new Set(["system", "details", "unknown", "thinking"]);

/** Room above a row: quiet lines stand close together, cards a little apart, speech further. */
function gap(item: Item, before: Item | undefined): string {
  if (!before) return "";
  if (QUIET.has(item.kind)) return QUIET.has(before.kind) ? "pt-0.5" : "pt-2.5";
  if (QUIET.has(before.kind) && item.kind !== "end") return "pt-2.5";
  if (item.kind === "tool" && before.kind === "tool") return "pt-2";
  return item.kind === "input" || before.kind === "input" || item.kind === "end" ? "pt-6" : "pt-4";
}

interface Props {
  view: TaskView;
  /** Whether the task runs, so that a missing result may still come. */
  live: boolean;
  /** Tasks before this one in its conversation. */
  earlier: readonly Task[];
}

/** The conversation. Only what is near the window exists; it follows the end until the reader scrolls away. */
export function Timeline({ view, live, earlier }: Props) {
  useSignal(view.version);
  const { items } = view.conversation;
  const scroller = useRef<HTMLDivElement>(null);
  const [memory] = useState(() => new Map<string, boolean>());
  const [atEnd, setAtEnd] = useState(true);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => ESTIMATES[items[index]?.kind ?? ""] ?? 48,
    getItemKey: (index) => items[index]?.key ?? index,
    rangeExtractor: useCallback((range: Range) => withPending(range, items), [items]),
    overscan: 4,
    paddingStart: 24,
    paddingEnd: 24,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: NEAR_END_PX,
    onChange: (instance) => setAtEnd(instance.isAtEnd(NEAR_END_PX)),
  });
  const toEnd = useCallback(() => virtual.scrollToEnd(), [virtual]);
  const isFilled = items.length > 0;
  useEffect(() => {
    if (isFilled) toEnd();
  }, [isFilled, toEnd]);
  return (
    <FoldMemory value={memory}>
      <div className="relative h-full">
        <Scrollable
          ref={scroller}
          label="Conversation"
          className="h-full overflow-y-auto [overflow-anchor:none]"
        >
          <div className="relative mx-auto w-full max-w-[50rem]" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, key, start }) => {
              const item = items[index];
              if (!item) return null;
              return (
                <div
                  key={key}
                  data-index={index}
                  data-kind={item.kind}
                  data-key={item.key}
                  ref={virtual.measureElement}
                  className={`absolute top-0 left-0 w-full px-4 sm:px-6 ${gap(item, items[index - 1])}`}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  {index === 0 && earlier.length > 0 && <Earlier tasks={earlier} />}
                  <div className={item.parent ? "border-l-2 pl-4" : ""}>
                    <Row item={item} live={live} />
                  </div>
                </div>
              );
            })}
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
    </FoldMemory>
  );
}

/** Open questions stay mounted wherever the reader is, so that a half-made answer is not lost. */
function withPending(range: Range, items: readonly Item[]): number[] {
  const indexes = new Set(defaultRangeExtractor(range));
  for (let index = Math.max(0, items.length - 50); index < items.length; index += 1) {
    const item = items[index];
    if (item?.kind === "approval" && item.approval.status === "pending") indexes.add(index);
  }
  return [...indexes].sort((a, b) => a - b);
}
