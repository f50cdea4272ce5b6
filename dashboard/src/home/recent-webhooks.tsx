import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Delivery, webhooks } from "../api/webhooks";
import { ago, fullTime } from "../domain/format";
import { keys } from "../live/cache";
import { useIsAdministrator } from "../live/hooks";
import { useNow } from "../parts/now";

const SHOWN = 5;
const MINUTE_MS = 60_000;

/** What came in last, through all webhooks. Nothing while there is none: the page stays calm. */
export function RecentWebhooks() {
  const mayLook = useIsAdministrator();
  const { data } = useQuery({
    queryKey: keys.recentDeliveries,
    queryFn: () => webhooks.recent(SHOWN),
    enabled: mayLook,
  });
  const now = useNow(MINUTE_MS);
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-label="Recent webhooks" className="mt-6">
      <h2 className="mb-2 font-medium text-soft">Recent webhooks</h2>
      <ul className="divide-y rounded-lg border">
        {data.items.map((item) => (
          <li key={item.delivery_id}>
            <Row item={item} now={now} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ item, now }: { item: Delivery; now: number }) {
  return (
    <Link
      to="/webhooks/$name/deliveries"
      params={{ name: item.webhook }}
      search={{ delivery: item.delivery_id }}
      className="flex items-baseline gap-3 px-3.5 py-2 -outline-offset-2 hover:bg-hover"
    >
      <span className="min-w-0 flex-1 truncate">
        <span className="font-medium">{item.happening?.title || item.event}</span>{" "}
        <span className="text-soft text-xs">
          {item.webhook} · {item.event}
          {item.outcome === "ignored" && " · ignored"}
        </span>
      </span>
      <time
        dateTime={item.received_at}
        title={fullTime(item.received_at)}
        className="numeric shrink-0 text-faint text-xs"
      >
        {ago(item.received_at, Math.max(now, Date.parse(item.received_at)))}
      </time>
    </Link>
  );
}
