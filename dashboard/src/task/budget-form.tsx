import { useId } from "react";
import type { Approval } from "../feed/wire";
import { Button } from "../parts/button";
import { useKept } from "../parts/draft";
import { DenyForm } from "./permission-form";
import type { Answering } from "./use-answer";

/** A task has used up its budget: how much more it may cost, or that it ends. */
export function BudgetForm({ approval, answering }: { approval: Approval; answering: Answering }) {
  const { answer, busy, kept } = answering;
  const { explanation, raise_by_usd } = approval.input;
  const [usd, setUsd] = useKept(`${kept}:usd`, String(raise_by_usd ?? ""));
  const [denies, setDenies] = useKept(`${kept}:denies`, false);
  const id = useId();
  const amount = Number(usd);
  const isAmount = usd.trim() !== "" && amount > 0 && amount <= 100_000;
  return (
    <>
      <p>{typeof explanation === "string" ? explanation : ""}</p>
      {denies ? (
        <DenyForm
          answering={answering}
          back={() => setDenies(false)}
          label="Why not? It stands with the failed task."
          button="End the task"
        />
      ) : (
        <form
          className="flex flex-wrap items-end gap-2 border-t pt-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (isAmount) void answer({ decision: "allow", input: { raise_by_usd: amount } }, "raise");
          }}
        >
          <div>
            <label htmlFor={id} className="block text-soft">
              Dollars more
            </label>
            <input
              id={id}
              inputMode="decimal"
              value={usd}
              aria-invalid={!isAmount}
              onChange={(event) => setUsd(event.target.value)}
              className="numeric w-28 rounded-lg border border-edge bg-raised px-3 py-1.5"
            />
          </div>
          <Button look="primary" type="submit" busy={busy === "raise"} disabled={!isAmount || busy !== null}>
            Let it go on
          </Button>
          <Button look="danger" disabled={busy !== null} onClick={() => setDenies(true)}>
            End it…
          </Button>
        </form>
      )}
    </>
  );
}
