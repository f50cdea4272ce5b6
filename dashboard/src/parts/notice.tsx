import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

/** Something that a person should know before going on. */
export function Notice({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex gap-3 rounded-lg border border-warn-line bg-warn-tint p-3">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
      <div className="min-w-0 space-y-1 [overflow-wrap:anywhere]">
        <p className="font-medium text-ink">{title}</p>
        {children && <div className="text-soft">{children}</div>}
      </div>
    </div>
  );
}
