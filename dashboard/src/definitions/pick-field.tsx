import { useState } from "react";
import { Chips } from "../parts/chips";
import { INPUT } from "../parts/field";
import { ListField } from "./list-field";
import { chosenAnew, namesOf, type Picked, pickedOf } from "./pick";

interface Props {
  label: string;
  value: readonly string[];
  change(names: string[]): void;
  /** Those there are; unset while they are looked for. */
  known: readonly string[] | undefined;
  hint?: string;
  placeholder?: string;
  fault?: string | undefined;
}

/** Some of those there are, and others by their names: they may come later. */
export function PickField({ known, ...field }: Props) {
  if (!known || known.length === 0) return <ListField {...field} />;
  return <PickedNames known={known} {...field} />;
}

function PickedNames({ label, value, change, known, hint, fault }: Props & { known: readonly string[] }) {
  const names = Array.isArray(value) ? value.map(String) : []; // in YAML, anything can have been written there
  const [typed, setTyped] = useState<Picked>(() => pickedOf(names, known));
  const isTyped = JSON.stringify([...namesOf(typed)].sort()) === JSON.stringify([...names].sort());
  const picked = isTyped ? typed : pickedOf(names, known);
  const set = (next: Picked) => {
    setTyped(next);
    change(namesOf(next));
  };
  return (
    <div className="min-w-0 space-y-1.5">
      <Chips
        label={label}
        chosen={names}
        change={(next) => set(chosenAnew(picked, next))}
        options={known.map((name) => [name, name] as const)}
        {...(hint ? { hint } : {})}
        fault={fault}
      />
      <input
        aria-label={`${label}: others`}
        aria-invalid={fault ? true : undefined}
        autoComplete="off"
        spellCheck={false}
        value={picked.text}
        placeholder="others, with commas"
        onChange={(event) => set({ ...picked, text: event.target.value })}
        className={`${INPUT} font-mono text-xs!`}
      />
    </div>
  );
}
