import { Download } from "lucide-react";
import type { ReactNode } from "react";

/** Looks like a small button; the browser saves what comes. `label` where the words alone do not say of what. */
export function DownloadLink({
  href,
  label,
  children,
}: {
  href: string;
  label?: string;
  children: ReactNode;
}) {
  return (
    <a
      href={href}
      download
      aria-label={label}
      className="inline-flex h-7 items-center gap-1.5 rounded-md border border-edge bg-raised px-2 font-medium text-xs hover:bg-hover"
    >
      <Download aria-hidden className="size-3.5" />
      {children}
    </a>
  );
}
