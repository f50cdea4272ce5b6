import { useEffect, useRef, useState } from "react";
import { CodeFields } from "../definitions/code-fields";
import { useSettled } from "../definitions/use-check";
import { type FieldFault, faultAt } from "../domain/definition";
import { Check, TextField } from "../parts/field";
import { Foldable } from "../parts/fold";
import { faultsOf, isNothing, type Terms, termsOf, termsWords } from "./terms";

interface Props {
  /** What was filled in, as it was kept. */
  kept: Partial<Terms>;
  /** Null: nothing is filled in. */
  change(terms: Terms | null): void;
  /** What was wrong when it was sent last; another list each time. */
  refused: readonly FieldFault[];
  send(): void;
}

/** On which code a task works, and how much it may take. All of it may stay empty, and is out of the way until then. */
export default function CodeAndLimits({ kept, change, refused, send }: Props) {
  const terms = termsOf(kept);
  const [open, setOpen] = useState(!isNothing(terms));
  const fields = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (refused.length > 0) setOpen(true);
  }, [refused]);
  useEffect(() => {
    if (open && refused.length > 0) fields.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [open, refused]);
  const words = open ? "" : termsWords(terms);
  return (
    <Foldable
      open={open}
      toggle={() => setOpen(!open)}
      className="mt-1.5"
      titleClass="min-h-8 px-1.5 text-soft text-xs hover:text-ink"
      title={
        <span className="min-w-0 truncate">
          Code and limits
          {words && <span className="text-ink">: {words}</span>}
        </span>
      }
    >
      {() => (
        // biome-ignore lint/a11y/noStaticElementInteractions: its fields hear the keys; the button above does the same
        <div
          ref={fields}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
            event.preventDefault();
            send();
          }}
          className="mt-1 space-y-4 rounded-lg border p-4"
        >
          <Fields
            terms={terms}
            change={(changes) => {
              const next = { ...terms, ...changes };
              change(isNothing(next) ? null : next);
            }}
            refused={refused}
          />
        </div>
      )}
    </Foldable>
  );
}

interface FieldsProps {
  terms: Terms;
  change(changes: Partial<Terms>): void;
  refused: readonly FieldFault[];
}

function Fields({ terms, change, refused }: FieldsProps) {
  const settled = useSettled(terms);
  const faults = refused.length > 0 ? refused : faultsOf(settled);
  const at = (field: string) => faultAt(faults, field);
  return (
    <>
      <CodeFields
        form={terms}
        set={change}
        faults={faults}
        hint="The task gets a clone of its own. Empty: the agent's repository, if it has one."
      />
      <Limits terms={terms} change={change} at={at} />
      <Check
        label="Stay open for more messages when it is done"
        checked={terms.isInteractive}
        change={(isInteractive) => change({ isInteractive })}
      />
    </>
  );
}

interface LimitProps extends Pick<FieldsProps, "terms" | "change"> {
  at(field: string): string | undefined;
}

function Limits({ terms, change, at }: LimitProps) {
  const limit = (label: string, field: "cost" | "turns" | "minutes" | "priority", name: string) => (
    <TextField
      label={label}
      type="number"
      value={terms[field]}
      change={(text) => change({ [field]: text })}
      placeholder="the agent's"
      fault={at(name)}
    />
  );
  return (
    <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
      {limit("Cost in $", "cost", "max_budget_usd")}
      {limit("Turns", "turns", "max_turns")}
      {limit("Minutes", "minutes", "timeout_seconds")}
      {limit("Priority", "priority", "priority")}
    </div>
  );
}
