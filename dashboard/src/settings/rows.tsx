import type { ReactNode } from "react";

/** A list in a box, one thing below the other. */
export function Rows({ label, children }: { label?: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="divide-y rounded-lg border">
      {children}
    </ul>
  );
}

interface RowProps {
  name: ReactNode;
  marks?: ReactNode;
  about?: ReactNode;
  children?: ReactNode;
}

/** One of them: what it is at the left, what can be done with it at the right, below it where there is no room. */
export function Row({ name, marks, about, children }: RowProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3.5 py-2.5">
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <span className="font-medium [overflow-wrap:anywhere]">{name}</span>
          {marks}
        </p>
        {about && <p className="text-soft text-xs [overflow-wrap:anywhere]">{about}</p>}
      </div>
      {children && <div className="flex max-w-full flex-wrap items-center gap-2">{children}</div>}
    </li>
  );
}

/** Where a list would be, and nothing is yet. */
export function Nothing({ children }: { children: ReactNode }) {
  return <p className="rounded-lg border border-dashed p-4 text-faint">{children}</p>;
}
