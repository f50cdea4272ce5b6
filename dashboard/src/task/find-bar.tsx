import { ChevronDown, ChevronUp, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { IconButton } from "../parts/button";
import { INPUT } from "../parts/field";

interface Props {
  typed: string;
  type(typed: string): void;
  /** How many there are, and which one is meant, from 1 on. */
  count: number;
  at: number;
  step(by: number): void;
  close(): void;
}

/** Searching within the conversation, of which the browser sees only what is drawn. */
export function FindBar({ typed, type, count, at, step, close }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  };
  return (
    <search className="flex items-center gap-1 border-b bg-side px-4 py-1.5 sm:px-6">
      <input
        ref={field}
        type="search"
        aria-label="Search this task"
        placeholder="Search this task"
        autoComplete="off"
        value={typed}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKey}
        className={`${INPUT} h-8! max-w-80`}
      />
      <span role="status" className="numeric min-w-16 px-1 text-soft text-xs">
        {typed.trim() && (count === 0 ? "Nothing" : `${at} of ${count}`)}
      </span>
      <IconButton label="The one before" size="small" disabled={count === 0} onClick={() => step(-1)}>
        <ChevronUp aria-hidden className="size-4" />
      </IconButton>
      <IconButton label="The next one" size="small" disabled={count === 0} onClick={() => step(1)}>
        <ChevronDown aria-hidden className="size-4" />
      </IconButton>
      <IconButton label="Close the search" size="small" onClick={close}>
        <X aria-hidden className="size-4" />
      </IconButton>
    </search>
  );
}
