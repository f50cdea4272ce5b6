import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { machine } from "../api/machine";
import { time } from "../domain/format";
import { hasEnded, type Task } from "../domain/task";
import type { TaskEvent } from "../feed/wire";
import { Button } from "../parts/button";
import { Fold, FoldMemory } from "../parts/fold";
import { ProgramOutput } from "../parts/output";
import { Scrollable } from "../parts/scrollable";
import { Failed, Loading } from "../parts/states";

const ROW_PX = 30;
const POLL_MS = 3_000;
const AHEAD = 100;

/** Every event as it is stored, oldest first. */
export function EventsView({ task }: { task: Task }) {
  const query = useInfiniteQuery({
    queryKey: ["events", task.task_id],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => machine.events(task.task_id, pageParam),
    // There is always a next page: as long as the task goes on, events may follow.
    getNextPageParam: ({ events }, _all, after) => events.at(-1)?.seq ?? after,
    structuralSharing: false,
    gcTime: 0,
  });
  const events = useMemo(() => query.data?.pages.flatMap((page) => page.events) ?? [], [query.data]);
  const last = events.at(-1)?.seq ?? 0;
  const hasMore = (query.data?.pages.at(-1)?.last_seq ?? 0) > last;
  const isBehind = task.last_seq > last && !hasMore;
  const { fetchNextPage } = query;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  if (query.error && events.length === 0) {
    return (
      <div className="mx-auto max-w-[50rem] p-6">
        <Failed
          what="The events could not be loaded."
          error={query.error}
          retry={() => void query.refetch()}
        />
      </div>
    );
  }
  if (query.isPending) {
    return (
      <div className="mx-auto max-w-[50rem] p-6">
        <Loading label="Loading the events" lines={8} />
      </div>
    );
  }
  return (
    <div className="flex h-full flex-col">
      <Rows events={events} hasMore={hasMore && !query.isFetching} more={more} />
      {(isBehind || !hasEnded(task)) && <Newer refresh={more} isBusy={query.isFetching} isOld={isBehind} />}
    </div>
  );
}

/** While a task goes on there may be newer events; what follows is asked for when it is known that something does. */
function Newer({ refresh, isBusy, isOld }: { refresh(): void; isBusy: boolean; isOld: boolean }) {
  useEffect(() => {
    if (!isOld || isBusy) return;
    const timer = setTimeout(refresh, POLL_MS);
    return () => clearTimeout(timer);
  }, [isOld, isBusy, refresh]);
  return (
    <div className="border-t px-4 py-2 sm:px-6">
      <Button size="small" busy={isBusy} onClick={refresh}>
        Look for newer events
      </Button>
    </div>
  );
}

interface RowsProps {
  events: readonly TaskEvent[];
  hasMore: boolean;
  more(): void;
}

function Rows({ events, hasMore, more }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [memory] = useState(() => new Map<string, boolean>());
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: useCallback((index: number) => events[index]?.seq ?? index, [events]),
    overscan: 8,
  });
  const shown = virtual.getVirtualItems();
  const isNearEnd = (shown.at(-1)?.index ?? 0) > events.length - AHEAD;
  useEffect(() => {
    if (isNearEnd && hasMore) more();
  }, [isNearEnd, hasMore, more]);
  return (
    <FoldMemory value={memory}>
      <Scrollable ref={scroller} label="Events" className="min-h-0 flex-1 overflow-y-auto">
        <ol className="relative mx-auto max-w-[60rem]" style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, key, start }) => {
            const event = events[index];
            return (
              event && (
                <li
                  key={key}
                  data-index={index}
                  ref={virtual.measureElement}
                  className="absolute top-0 left-0 w-full px-2 sm:px-4"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <Event event={event} />
                </li>
              )
            );
          })}
        </ol>
      </Scrollable>
    </FoldMemory>
  );
}

function Event({ event }: { event: TaskEvent }) {
  const kind = event.type === "task.output" ? event.data.kind : "";
  return (
    <Fold
      name={`event:${event.seq}`}
      titleClass="px-2 py-1 hover:bg-hover"
      title={
        <span className="numeric flex min-w-0 flex-1 gap-3 font-mono text-xs">
          <span className="w-12 shrink-0 text-right text-faint">{event.seq}</span>
          <span className="min-w-0 flex-1 truncate">
            {event.type} <span className="text-soft">{kind}</span>
          </span>
          <time dateTime={event.at} className="shrink-0 text-faint">
            {time(event.at)}
          </time>
        </span>
      }
    >
      {() => (
        <div className="mb-2 ml-6 rounded-md border bg-sunken px-3 py-2">
          <ProgramOutput text={JSON.stringify(event, null, 2)} label={`Event ${event.seq}`} />
        </div>
      )}
    </Fold>
  );
}
