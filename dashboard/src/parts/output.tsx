import { useState } from "react";
import { Ansi } from "./ansi";
import { Button } from "./button";
import { Scrollable } from "./scrollable";

const SHOWN_LINES = 24;
const MAX_CHARS = 400_000;

/** The first `lines` lines of a text and how many there are, without cutting all of it up. */
export function head(text: string, lines: number): { shown: string; more: number } {
  let end = -1;
  for (let line = 0; line < lines; line += 1) {
    end = text.indexOf("\n", end + 1);
    if (end === -1) return { shown: text, more: 0 };
  }
  let more = 0;
  for (let at = end; at !== -1 && at < text.length - 1; at = text.indexOf("\n", at + 1)) more += 1;
  return { shown: text.slice(0, end), more };
}

/** Output of a program: a long one is cut to its first lines until somebody wants the rest. */
export function ProgramOutput({ text, label }: { text: string; label: string }) {
  const [all, setAll] = useState(false);
  const { shown, more } = head(text, SHOWN_LINES);
  const cut = more > 0 && !all;
  const visible = cut ? shown : text.slice(0, MAX_CHARS);
  return (
    <div>
      <Scrollable label={label} className="verbatim max-h-[32rem] overflow-auto">
        <Ansi text={visible} />
      </Scrollable>
      {more > 0 && (
        <Button look="ghost" size="small" onClick={() => setAll(!all)} className="-ml-2 mt-1">
          {all ? "Show less" : `Show ${more} more ${more === 1 ? "line" : "lines"}`}
        </Button>
      )}
      {!cut && text.length > MAX_CHARS && (
        <p className="mt-1 text-faint text-xs">
          {text.length - MAX_CHARS} more characters are not shown. Copy has them all.
        </p>
      )}
    </div>
  );
}
