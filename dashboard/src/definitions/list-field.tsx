import { useState } from "react";
import { splitList } from "../domain/definition";
import { TextField } from "../parts/field";

interface ListProps {
  label: string;
  value: readonly string[];
  change(list: string[]): void;
  placeholder?: string;
  hint?: string | undefined;
  fault?: string | undefined;
}

/** Several words in one line. What is typed stays as it is while it says the same words as the list. */
export function ListField({ value: given, change, ...field }: ListProps) {
  const list = Array.isArray(given) ? given : []; // in YAML, anything can have been written there
  const [text, setText] = useState(() => list.join(", "));
  const isTyped = JSON.stringify(splitList(text)) === JSON.stringify(list);
  return (
    <TextField
      {...field}
      mono
      value={isTyped ? text : list.join(", ")}
      change={(next) => {
        setText(next);
        change(splitList(next));
      }}
    />
  );
}
