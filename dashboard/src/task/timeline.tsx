import { defaultRangeExtractor, type Range, useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { type ReactNode, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Item } from "../domain/items";
import type { Task } from "../domain/task";
import { useSignal } from "../live/hooks";
import type { TaskView } from "../live/task-view";
import { Button } from "../parts/button";
import { FoldMemory } from "../parts/fold";
import { Scrollable } from "../parts/scrollable";
import { Earlier } from "./earlier";
import { FindBar } from "./find-bar";
import { hitsIn, useMarkedWords } from "./finding";
import { Row } from "./row";

const NEAR_END_PX = 80;

/** How high a row may be before it is measured; too low a guess draws rows that nobody sees. */
const ESTIMATES: Readonly<Partial<Record<string, number>>> = {
  text: 140,
  tool: 120,
  approval: 240,
  input: 90,
};

const QUIET: ReadonlySet<Item["kind"]> = new Set(["system", "details", "unknown", "thinking"]);

/** Room above a row: quiet lines stand close together, cards a little apart, speech further. */
function gap(item: Item, before: Item | undefined): string {
  if (!before) return "";
  if (QUIET.has(item.kind)) return QUIET.has(before.kind) ? "pt-0.5" : "pt-2.5";
  if (QUIET.has(before.kind) && item.kind !== "end") return "pt-2.5";
  if (item.kind === "tool" && before.kind === "tool") return "pt-2";
  return item.kind === "input" || before.kind === "input" || item.kind === "end" ? "pt-6" : "pt-4";
}

/** Where somebody is in a conversation: kept while another view of the task is looked at. */
export interface Reading {
  folds: Map<string, boolean>;
  /** How far down; null is at its end, which is then followed. */
  offset: number | null;
  /** How high the rows are that were drawn. */
  sizes: VirtualItem[];
}

interface Props {
  view: TaskView;
  reading: Reading;
  /** Whether the task runs, so that a missing result may still come. */
  live: boolean;
  /** Tasks before this one in its conversation. */
  earlier: readonly Task[];
  /** Whether somebody searches; and what ends it. */
  finds: boolean;
  endFinding(): void;
}

/** The conversation. Only what is near the window exists; it follows the end until the reader scrolls away. */
export function Timeline({ view, reading, live, earlier, finds, endFinding }: Props) {
  const version = useSignal(view.version);
  const { items } = view.conversation;
  const scroller = useRef<HTMLDivElement>(null);
  const { virtual, atEnd, toEnd } = useRows(items, scroller, reading);
  const finding = useFinding(items, version, finds, (index) =>
    virtual.scrollToIndex(index, { align: "center" }),
  );
  useMarkedWords(() => scroller.current, finding.typed);
  return (
    <FoldMemory value={reading.folds}>
      <div className="relative flex h-full flex-col">
        {finds && <FindBar {...finding} close={endFinding} />}
        <Scrollable
          ref={scroller}
          label="Conversation"
          className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]"
        >
          <div className="relative mx-auto w-full max-w-[50rem]" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, key, start }) => {
              const item = items[index];
              return (
                item && (
                  <Place
                    key={key}
                    measure={virtual.measureElement}
                    {...{ index, start, item, live }}
                    gap={gap(item, items[index - 1])}
                    isFound={index === finding.hit}
                  >
                    {index === 0 && earlier.length > 0 && <Earlier tasks={earlier} />}
                  </Place>
                )
              );
            })}
          </div>
        </Scrollable>
        {!atEnd && <JumpToLatest go={toEnd} />}
      </div>
    </FoldMemory>
  );
}

/** The rows that are near the window, from where the reader was before; the end is followed until they leave it. */
function useRows(items: readonly Item[], scroller: RefObject<HTMLDivElement | null>, reading: Reading) {
  const [began] = useState(() => ({ ...reading }));
  const [atEnd, setAtEnd] = useState(began.offset === null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => ESTIMATES[items[index]?.kind ?? ""] ?? 48,
    // The same function as long as the list is the same: another one has the places of all items worked out again.
    getItemKey: useCallback((index: number) => items[index]?.key ?? index, [items]),
    rangeExtractor: useCallback((range: Range) => withPending(range, items), [items]),
    overscan: 4,
    paddingStart: 24,
    paddingEnd: 24,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: NEAR_END_PX,
    initialOffset: began.offset ?? 0,
    initialMeasurementsCache: began.sizes,
    onChange: (instance) => {
      const isAtEnd = instance.isAtEnd(NEAR_END_PX);
      reading.offset = isAtEnd ? null : instance.scrollOffset;
      setAtEnd(isAtEnd);
    },
  });
  useEffect(
    () => () => {
      reading.sizes = virtual.takeSnapshot();
    },
    [reading, virtual],
  );
  const toEnd = useCallback(() => virtual.scrollToEnd(), [virtual]);
  const isFilled = items.length > 0;
  useEffect(() => {
    if (isFilled && began.offset === null) toEnd();
  }, [isFilled, began, toEnd]);
  return { virtual, atEnd, toEnd };
}

interface PlaceProps {
  index: number;
  start: number;
  item: Item;
  live: boolean;
  gap: string;
  isFound: boolean;
  measure(node: HTMLElement | null): void;
  /** Stands above it. */
  children: ReactNode;
}

/** Where an item stands in the list. */
function Place({ index, start, item, live, gap: above, isFound, measure, children }: PlaceProps) {
  return (
    <div
      data-index={index}
      data-kind={item.kind}
      data-key={item.key}
      ref={measure}
      className={`absolute top-0 left-0 w-full px-4 sm:px-6 ${above}`}
      style={{ transform: `translateY(${start}px)` }}
    >
      {children}
      <div
        className={`rounded-lg ${isFound ? "outline-2 outline-accent outline-offset-4" : ""} ${item.parent ? "border-l-2 pl-4" : ""}`}
      >
        <Row item={item} live={live} />
      </div>
    </div>
  );
}

function JumpToLatest({ go }: { go(): void }) {
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
      <Button
        size="small"
        onClick={go}
        icon={<ArrowDown aria-hidden className="size-3.5" />}
        className="pointer-events-auto rounded-full!"
      >
        Jump to latest
      </Button>
    </div>
  );
}

/** What is searched for, how often it is there, and which one is looked at. */
function useFinding(items: readonly Item[], version: number, isOn: boolean, show: (index: number) => void) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is one; its version says when it has changed
  const hits = useMemo(() => (isOn ? hitsIn(items, typed) : []), [items, version, isOn, typed]);
  const place = Math.min(at, Math.max(0, hits.length - 1));
  const go = (to: number, among: readonly number[]) => {
    setAt(to);
    const index = among[to];
    if (index !== undefined) show(index);
  };
  const type = (next: string) => {
    setTyped(next);
    go(0, hitsIn(items, next));
  };
  const step = (by: number) => go((place + by + hits.length) % Math.max(1, hits.length), hits);
  return { typed: isOn ? typed : "", type, step, count: hits.length, at: place + 1, hit: hits[place] };
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
