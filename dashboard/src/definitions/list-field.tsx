import { useState } from "react";
import { splitList } from "../domain/definition";
import { TextField } from "../parts/field";

interface ListProps {
  label: string;
  list: readonly string[];
  change(list: string[]): void;
  placeholder?: string;
  hint?: string | undefined;
  fault?: string | undefined;
}

/** Several words in one line. What is typed stays as it is; the words in it are what counts. */
export function ListField({ list, change, ...field }: ListProps) {
  const [text, setText] = useState(() => list.join(", "));
  return (
    <TextField
      {...field}
      mono
      value={text}
      change={(next) => {
        setText(next);
        change(splitList(next));
      }}
    />
  );
}
