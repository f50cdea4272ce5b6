import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { budgets } from "../api/budgets";
import { dollars } from "../domain/format";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { INPUT } from "../parts/field";
import { Meter } from "../parts/meter";
import { Mark } from "../parts/page";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";
import { amountOf, type Line, share, spentWords } from "./budget-words";

const TONES = { free: "plain", near: "warn", used_up: "bad" } as const;

/** How a budget stands, and what changes it. */
export function BudgetLine({ line }: { line: Line }) {
  const [changes, setChanges] = useState(false);
  const { daily_usd, state, isSettable } = line;
  const label = line.scope === "machine" ? "All work together" : line.label || "No agent yet";
  const limit = daily_usd === null ? "No limit" : `Limit: ${dollars(daily_usd)} a day`;
  const standing = `Spent today: ${spentWords(line)}. ${limit}.`;
  return (
    <li className="px-3.5 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <span className="font-medium [overflow-wrap:anywhere]">{label}</span>
            {state === "near" && <Mark tone="warn">nearly used up</Mark>}
            {state === "used_up" && <Mark tone="bad">used up</Mark>}
          </p>
          <p className="numeric text-soft text-xs [overflow-wrap:anywhere]">{standing}</p>
        </div>
        {isSettable && !changes && (
          <Button size="small" aria-label={`Limit of ${label}`} onClick={() => setChanges(true)}>
            {daily_usd === null ? "Set a limit…" : "Change…"}
          </Button>
        )}
      </div>
      {daily_usd !== null && (
        <div className="mt-2">
          <Meter label={`Budget of ${label}`} text={standing} share={share(line)} tone={TONES[state]} />
        </div>
      )}
      {changes && <LimitForm line={line} label={label} close={() => setChanges(false)} />}
    </li>
  );
}

function LimitForm({ line, label, close }: { line: Line; label: string; close(): void }) {
  const { daily_usd } = line;
  const [text, setText] = useState(daily_usd === null ? "" : String(daily_usd));
  const client = useQueryClient();
  const acting = useActing();
  const id = useId();
  const usd = amountOf(text);
  const isWrong = text.trim() !== "" && usd === null;
  const set = (limit: number | null) =>
    acting.act(limit === null ? "remove" : "set", async () => {
      client.setQueryData(keys.budgets, await budgets.set(line, limit));
      close();
    });
  return (
    <form
      className="mt-3 space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (usd !== null) void set(usd);
      }}
    >
      <label htmlFor={id} className="block font-medium text-xs">
        Dollars a day for {line.scope === "machine" ? "all work together" : label}
      </label>
      <div className="flex flex-wrap items-center gap-2">
        <input
          id={id}
          // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was pressed
          autoFocus
          inputMode="decimal"
          autoComplete="off"
          value={text}
          aria-invalid={isWrong || undefined}
          aria-describedby={`${id}-note`}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && close()}
          className={`${INPUT} numeric h-8! w-28!`}
        />
        <Button
          type="submit"
          look="primary"
          busy={acting.busy === "set"}
          disabled={usd === null || acting.busy !== null}
        >
          Save
        </Button>
        {daily_usd !== null && (
          <Button
            look="danger"
            busy={acting.busy === "remove"}
            disabled={acting.busy !== null}
            onClick={() => void set(null)}
          >
            Remove the limit
          </Button>
        )}
        <Button look="ghost" disabled={acting.busy !== null} onClick={close}>
          Cancel
        </Button>
      </div>
      <p id={`${id}-note`} role={isWrong ? "alert" : undefined} className={isWrong ? WRONG : NOTE}>
        {isWrong ? "An amount such as 20 or 2.50." : noteOf(line)}
      </p>
      {acting.fault && <Failed what="The limit was not changed." error={acting.fault.error} />}
    </form>
  );
}

const NOTE = "text-faint text-xs";
const WRONG = "text-bad text-xs";

function noteOf({ scope, name }: Line): string {
  const zero = "0 lets nothing run.";
  return scope === "agent"
    ? `${zero} It is written into the agent.yaml of ${name}; comments there are lost.`
    : zero;
}
