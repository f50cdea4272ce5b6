import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { machine } from "../api/machine";
import { type DiffLine, diffLines } from "../domain/diff";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Scrollable } from "../parts/scrollable";
import { Failed, Loading } from "../parts/states";

const SHOWN_LINES = 4_000;

const LOOKS: Readonly<Record<DiffLine["kind"], string>> = {
  file: "border-t first:border-t-0 bg-sunken font-medium py-1",
  place: "text-faint",
  added: "bg-good-tint text-good",
  removed: "bg-bad-tint text-bad",
  same: "text-soft",
};
const MARKS: Readonly<Partial<Record<DiffLine["kind"], readonly [string, string]>>> = {
  added: ["+", "added: "],
  removed: ["-", "removed: "],
};

/** What a task has made of its code; asked for when somebody wants to see it. */
export function ShowDiff({ taskId }: { taskId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)} className="min-h-6 text-accent underline">
        Show the diff
      </button>
      {isOpen && (
        <Dialog label="Diff" close={() => setOpen(false)} className="w-[min(64rem,calc(100vw-2rem))]!">
          <Content taskId={taskId} close={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}

function Content({ taskId, close }: { taskId: string; close(): void }) {
  const query = useQuery({ queryKey: ["diff", taskId], queryFn: () => machine.diff(taskId), gcTime: 0 });
  const lines = useMemo(() => diffLines(query.data?.diff ?? ""), [query.data]);
  return (
    <div className="space-y-3 p-4">
      <div className="flex items-center justify-between gap-3">
        <h2 className="min-w-0 truncate font-semibold text-base">{query.data?.branch ?? "Diff"}</h2>
        <Button size="small" onClick={close}>
          Close
        </Button>
      </div>
      {query.error && <Failed what="The diff could not be loaded." error={query.error} />}
      {query.isPending && <Loading label="Loading the diff" lines={6} />}
      {query.data && lines.length === 0 && <p className="text-soft">Nothing differs from where it began.</p>}
      {lines.length > 0 && <Lines lines={lines.slice(0, SHOWN_LINES)} />}
      {(query.data?.truncated || lines.length > SHOWN_LINES) && (
        <p className="text-faint text-xs">It goes on: the rest is too long to be shown here.</p>
      )}
    </div>
  );
}

function Lines({ lines }: { lines: readonly DiffLine[] }) {
  return (
    <Scrollable label="Changes" className="verbatim max-h-[65dvh] overflow-auto rounded-md border">
      {lines.map(({ kind, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one diff stand still
        <div key={index} className={`flex px-3 ${LOOKS[kind]}`}>
          <span aria-hidden className="w-4 shrink-0 select-none">
            {MARKS[kind]?.[0]}
          </span>
          <span className="min-w-0">
            <span className="sr-only">{MARKS[kind]?.[1]}</span>
            {text || " "}
          </span>
        </div>
      ))}
    </Scrollable>
  );
}
