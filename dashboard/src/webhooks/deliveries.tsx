import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronRight, RotateCcw } from "lucide-react";
import { useId, useState } from "react";
import { type Delivery, type Replayed, webhooks } from "../api/webhooks";
import { Facts } from "../definitions/detail-page";
import { ago, fullTime } from "../domain/format";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { useNow } from "../parts/now";
import { Mark } from "../parts/page";
import { Empty, Failed, Loading } from "../parts/states";

const MINUTE_MS = 60_000;

/** What came in, newest first, live. */
export function Deliveries({ name, open }: { name: string; open: string | undefined }) {
  const list = useInfiniteQuery({
    queryKey: keys.deliveries(name),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => webhooks.deliveries(name, pageParam),
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  const now = useNow(MINUTE_MS);
  if (list.error && !list.data) {
    return (
      <Failed
        what="The deliveries could not be loaded."
        error={list.error}
        retry={() => void list.refetch()}
      />
    );
  }
  if (!list.data) return <Loading label="Loading deliveries" lines={6} />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <Empty title="Nothing has come in yet">
        What the provider sends appears here by itself. Deliveries with a wrong signature are refused and not
        stored: if nothing arrives, compare the address and the secret.
      </Empty>
    );
  }
  return (
    <>
      <ul className="divide-y rounded-lg border">
        {items.map((item) => (
          <li key={item.delivery_id}>
            <Row item={item} isOpen={item.delivery_id === open} now={now} />
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button
          look="ghost"
          size="small"
          className="mt-2"
          busy={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Show older deliveries
        </Button>
      )}
    </>
  );
}

function Row({ item, isOpen, now }: { item: Delivery; isOpen: boolean; now: number }) {
  const navigate = useNavigate();
  const id = useId();
  const toggle = () =>
    void navigate({
      to: "/webhooks/$name/deliveries",
      params: { name: item.webhook },
      search: isOpen ? {} : { delivery: item.delivery_id },
      replace: true,
    });
  return (
    <>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={toggle}
        className="flex w-full min-w-0 items-center gap-2.5 px-3 py-2.5 text-left -outline-offset-2 hover:bg-hover"
      >
        <ChevronRight
          aria-hidden
          className={`size-3.5 shrink-0 text-faint transition-transform ${isOpen ? "rotate-90" : ""}`}
        />
        <span className="min-w-0 flex-1">
          <span className="flex min-w-0 flex-wrap items-center gap-x-2">
            <span className="font-mono text-xs">{item.event || "unknown event"}</span>
            <Outcome item={item} />
          </span>
          <span className="block truncate text-soft text-xs">{item.happening?.title || item.why}</span>
        </span>
        <time
          dateTime={item.received_at}
          title={fullTime(item.received_at)}
          className="numeric shrink-0 text-faint text-xs"
        >
          {ago(item.received_at, Math.max(now, Date.parse(item.received_at)))}
        </time>
      </button>
      {isOpen && (
        <div id={id}>
          <Open item={item} />
        </div>
      )}
    </>
  );
}

export function Outcome({ item }: { item: Pick<Delivery, "outcome" | "task_ids"> }) {
  if (item.outcome === "accepted") {
    const count = item.task_ids.length;
    return <Mark tone="good">{count === 1 ? "1 task" : count === 0 ? "accepted" : `${count} tasks`}</Mark>;
  }
  return <Mark>{item.outcome}</Mark>;
}

function Open({ item }: { item: Delivery }) {
  const { happening } = item;
  return (
    <div className="space-y-3 border-t bg-sunken px-4 py-3">
      <Facts
        facts={{
          Received: fullTime(item.received_at),
          Why: item.why,
          By: happening?.actor?.login || happening?.actor?.name,
          About: happening?.url.startsWith("https://") ? (
            <a href={happening.url} target="_blank" rel="noreferrer" className="text-accent underline">
              {happening.url}
            </a>
          ) : (
            happening?.title
          ),
          Tasks: item.task_ids.length > 0 && <TaskLinks ids={item.task_ids} />,
          "Provider's id": <code className="font-mono text-xs">{item.provider_delivery_id}</code>,
        }}
      />
      <details>
        <summary className="w-fit rounded-md text-soft text-xs">Headers</summary>
        <p className="verbatim mt-1">
          {Object.entries(item.headers)
            .map(([name, value]) => `${name}: ${value}`)
            .join("\n")}
        </p>
      </details>
      <Replay item={item} />
    </div>
  );
}

function TaskLinks({ ids }: { ids: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-x-3">
      {ids.map((id, index) => (
        <Link key={id} to="/tasks/$taskId" params={{ taskId: id }} className="text-accent underline">
          {ids.length === 1 ? "Open the task" : `Open task ${index + 1}`}
        </Link>
      ))}
    </span>
  );
}

/** Takes a stored delivery in once more, as a new one: its tasks are started for real. */
function Replay({ item }: { item: Delivery }) {
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<{ done?: Replayed; error?: unknown }>({});
  const go = async () => {
    setBusy(true);
    try {
      setOutcome({ done: await webhooks.replay(item.webhook, item.delivery_id) });
    } catch (error) {
      setOutcome({ error });
    }
    setBusy(false);
  };
  const { done, error } = outcome;
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-3">
        <Button
          size="small"
          busy={busy}
          icon={<RotateCcw aria-hidden className="size-3.5" />}
          title="Take it in once more, by what the webhook says now"
          onClick={() => void go()}
        >
          Replay
        </Button>
        <span role="status" className="text-soft">
          {done?.task_ids && (
            <>
              Taken in once more. <TaskLinks ids={done.task_ids} />
            </>
          )}
          {done?.ignored && `Taken in once more, and ignored: ${done.ignored}`}
        </span>
      </div>
      {error !== undefined && <Failed what="It was not replayed." error={error} />}
    </div>
  );
}
