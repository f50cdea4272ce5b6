import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Hash, Send, Trash2, Webhook } from "lucide-react";
import { useState } from "react";
import { type Channel, channels } from "../api/notifications";
import { fullTime } from "../domain/format";
import { keys } from "../live/cache";
import { Button, IconButton } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { Check } from "../parts/field";
import { Mark } from "../parts/page";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";
import { OCCASIONS } from "./occasions";

export function ChannelRows({ items }: { items: readonly Channel[] }) {
  const client = useQueryClient();
  const [asked, ask] = useState<string | null>(null);
  if (items.length === 0) {
    return <p className="rounded-lg border border-dashed p-4 text-faint">Nobody else is told yet.</p>;
  }
  return (
    <>
      <ul className="divide-y rounded-lg border">
        {items.map((item) => (
          <li key={item.name} className="px-3.5 py-3">
            <Row item={item} remove={() => ask(item.name)} />
          </li>
        ))}
      </ul>
      {asked !== null && (
        <Confirm
          title={`Delete the channel ${asked}?`}
          action="Delete"
          act={async () => {
            await channels.remove(asked);
            await client.invalidateQueries({ queryKey: keys.channels });
          }}
          close={() => ask(null)}
        >
          Its address is forgotten, with what was still to be told there.
        </Confirm>
      )}
    </>
  );
}

function Row({ item, remove }: { item: Channel; remove(): void }) {
  const client = useQueryClient();
  const acting = useActing();
  const [tested, setTested] = useState("");
  const Icon = item.kind === "slack" ? Hash : Webhook;
  const change = (enabled: boolean) =>
    void acting.act("Change", async () => {
      await channels.change(item.name, { enabled });
      await client.invalidateQueries({ queryKey: keys.channels });
    });
  const test = () =>
    void acting.act("Test", async () => {
      setTested("");
      const { arrived, why } = await channels.test(item.name);
      setTested(arrived ? "The test arrived." : `The test did not arrive. ${why}`);
    });
  return (
    <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-faint" />
      <div className="min-w-0 flex-1 basis-52">
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="font-medium">{item.name}</span>
          <Last item={item} />
        </p>
        <p className="text-soft text-xs [overflow-wrap:anywhere]">
          {item.host} · {item.occasions.map((one) => OCCASIONS[one].toLowerCase()).join(", ")}
        </p>
        {item.last?.last_error && <p className="text-bad text-xs">{item.last.last_error}</p>}
        <p role="status" className="text-xs">
          {tested}
        </p>
        {acting.fault && <Failed what="That did not work." error={acting.fault.error} />}
      </div>
      <div className="flex items-center gap-2">
        <Check label="On" checked={item.enabled} change={change} />
        <Button
          size="small"
          busy={acting.busy === "Test"}
          icon={<Send aria-hidden className="size-3.5" />}
          onClick={test}
        >
          Test
        </Button>
        <IconButton label={`Delete ${item.name}`} size="small" onClick={remove}>
          <Trash2 aria-hidden className="size-3.5" />
        </IconButton>
      </div>
    </div>
  );
}

const STATES = {
  due: ["warn", "tries again"],
  sending: ["plain", "sending"],
  sent: ["good", "told"],
  given_up: ["bad", "not told"],
} as const;

/** How the last thing went that was to be told. */
function Last({ item: { last } }: { item: Channel }) {
  if (!last) return <Mark>nothing told yet</Mark>;
  const [tone, said] = last.state === "due" && last.attempts === 0 ? STATES.sending : STATES[last.state];
  return (
    <span className="inline-flex items-center gap-2 text-faint text-xs">
      <Mark tone={tone}>{said}</Mark>
      <Link to="/tasks/$taskId" params={{ taskId: last.task_id }} className="text-accent underline">
        the last one
      </Link>
      <span title={fullTime(last.changed_at)}>{OCCASIONS[last.occasion].toLowerCase()}</span>
    </span>
  );
}
