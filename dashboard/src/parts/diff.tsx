import { diffLines } from "diff";
import { memo, useMemo } from "react";
import { ProgramOutput } from "./output";
import { Scrollable } from "./scrollable";

interface Line {
  mark: "+" | "-" | " ";
  text: string;
}

const MAX_CHARS = 60_000;
const MAX_EDITS = 1_500;
const CONTEXT = 3;

/** The lines that differ, with a few around them; null when the texts are too large or too different to compare here. */
export function changedLines(before: string, after: string): Line[] | null {
  if (before.length + after.length > MAX_CHARS) return null;
  const parts = diffLines(before, after, { maxEditLength: MAX_EDITS });
  if (!parts) return null;
  const lines = parts.flatMap((part) => {
    const mark = part.added ? "+" : part.removed ? "-" : " ";
    return part.value
      .replace(/\n$/, "")
      .split("\n")
      .map((text): Line => ({ mark, text }));
  });
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ mark }) => mark !== " "),
  );
  return lines.filter((_, index) => near[index]);
}

const LOOKS = {
  "+": "bg-good-tint text-good",
  "-": "bg-bad-tint text-bad",
  " ": "text-soft",
} as const;

const SAID = { "+": "added: ", "-": "removed: ", " ": "" } as const;

/** A change of a file, line by line. */
export const Diff = memo(function Diff({ before, after }: { before: string; after: string }) {
  const lines = useMemo(() => changedLines(before, after), [before, after]);
  if (!lines) return <ProgramOutput text={after} label="New text" />;
  return (
    <Scrollable label="Change" className="verbatim max-h-[32rem] overflow-auto">
      {lines.map(({ mark, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one change stand still
        <div key={index} className={`flex px-3 ${LOOKS[mark]}`}>
          <span aria-hidden className="w-4 shrink-0 select-none">
            {mark}
          </span>
          <span className="min-w-0">
            <span className="sr-only">{SAID[mark]}</span>
            {text || " "}
          </span>
        </div>
      ))}
    </Scrollable>
  );
});
