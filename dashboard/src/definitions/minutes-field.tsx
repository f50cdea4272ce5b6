import { useState } from "react";
import { TextField } from "../parts/field";
import { minutesOf, secondsOf } from "./minutes";

interface Props {
  label: string;
  /** Null: none. */
  seconds: number | null;
  change(seconds: number | null): void;
  placeholder?: string;
  fault?: string | undefined;
}

/** A span of time in minutes. What is typed stays as it is while it says the same span. */
export function MinutesField({ seconds, change, ...field }: Props) {
  const [text, setText] = useState(() => minutesOf(seconds));
  return (
    <TextField
      {...field}
      type="number"
      value={secondsOf(text) === seconds ? text : minutesOf(seconds)}
      change={(next) => {
        setText(next);
        change(secondsOf(next));
      }}
    />
  );
}
