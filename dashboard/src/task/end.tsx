import { CircleAlert } from "lucide-react";
import { memo } from "react";
import { costKind, dollars, duration, tokens } from "../domain/format";
import type { EndItem } from "../domain/items";
import { SaidAt } from "../parts/when";

const NAMES = { completed: "Completed", failed: "Failed", cancelled: "Stopped" } as const;

/** How a task went: in one line when it went well, with what to do when it did not. */
export const End = memo(function End({ item }: { item: EndItem }) {
  const { usage, failure } = item;
  const kind = costKind(item.costKind, usage.estimated);
  // That a person stopped it needs no words.
  const why = item.reason === "stopped" ? "" : item.reason;
  return (
    <div className="space-y-3">
      {failure && (
        <div className="flex gap-3 rounded-lg border border-bad-line bg-bad-tint p-3.5">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
          <div className="min-w-0 space-y-1 [overflow-wrap:anywhere]">
            <p className="font-medium">{failure.message}</p>
            <p className="text-soft">{failure.hint}</p>
          </div>
        </div>
      )}
      <p className="numeric flex flex-wrap items-center gap-x-2 border-t pt-3 text-faint text-xs">
        <span className="font-medium text-soft">
          {NAMES[item.status]}
          {why && `: ${why}`}
        </span>
        <span>{duration(item.seconds)}</span>
        <span aria-hidden>·</span>
        <SaidAt at={item.at} />
        {usage.input_tokens + usage.output_tokens > 0 && (
          <>
            <span aria-hidden>·</span>
            <span>
              {tokens(usage.input_tokens)} in, {tokens(usage.output_tokens)} out
            </span>
            <span aria-hidden>·</span>
            <span title={kind.meaning}>
              {dollars(usage.cost_usd)} {kind.label}
            </span>
          </>
        )}
      </p>
    </div>
  );
});
