import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { isPartGone, problemOf } from "../api/problem";
import { Button } from "./button";

/** Something went wrong: what, and what to do. `retry` where trying again may help; a part that is gone stays gone. */
export function Failed({ error, retry, what }: { error: unknown; retry?: () => void; what: string }) {
  const problem = problemOf(error);
  return (
    <div role="alert" className="flex gap-3 rounded-lg border border-bad-line bg-bad-tint p-3 text-sm">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 space-y-1">
        <p className="font-medium text-ink">{what}</p>
        <p className="text-soft [overflow-wrap:anywhere]">
          {problem.message} {problem.hint}
        </p>
        {retry && (
          <Button size="small" onClick={isPartGone(error) ? () => location.reload() : retry} className="mt-1">
            {isPartGone(error) ? "Reload the page" : "Try again"}
          </Button>
        )}
      </div>
    </div>
  );
}

/** `isPage` where it is all there is: then its title is the page's. */
export function Empty({ title, children, isPage = false }: EmptyProps) {
  const Title = isPage ? "h1" : "p";
  return (
    <div className="px-4 py-8 text-center text-sm text-soft">
      <Title className="font-medium text-ink">{title}</Title>
      {children && <div className="mt-1">{children}</div>}
    </div>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  isPage?: boolean;
}

const WIDTHS = ["w-4/5", "w-3/5", "w-11/12", "w-2/3", "w-3/4"];

/** Grey lines where text will be. */
export function Loading({ label, lines = 4 }: { label: string; lines?: number }) {
  return (
    <div role="status" className="animate-pulse space-y-3 p-2">
      <span className="sr-only">{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike and never move
        <div key={line} className={`h-3 rounded-sm bg-hover ${WIDTHS[line % WIDTHS.length]}`} />
      ))}
    </div>
  );
}
