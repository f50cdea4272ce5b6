import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { createContext, type ReactNode, useContext, useEffect } from "react";

/** How much waits for an answer: stands before the title, so that a window in the background says so. */
export const TitleMark = createContext(0);

/** Calls the window by what is on the page; unset, by nothing but the machine. */
export function useTitle(title?: string): void {
  const waiting = useContext(TitleMark);
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${title ? `${title} · ` : ""}Machine`;
    return () => {
      document.title = "Machine";
    };
  }, [waiting, title]);
}

interface Props {
  title: string;
  /** Beside the title: its marks. */
  marks?: ReactNode;
  /** What this is, in a sentence. */
  about?: ReactNode;
  actions?: ReactNode;
  back?: { to: string; name: string };
  width?: "text" | "wide";
  children: ReactNode;
}

/** A page with a title, what can be done with it, and its content; it scrolls as one. */
export function Page({ title, marks, about, actions, back, width = "text", children }: Props) {
  useTitle(title);
  return (
    <div className="h-full overflow-y-auto">
      <div
        className={`mx-auto w-full px-4 pt-5 pb-16 sm:px-6 md:pt-8 ${width === "wide" ? "max-w-[72rem]" : "max-w-[50rem]"}`}
      >
        {back && (
          <Link
            to={back.to}
            className="-ml-1 mb-2 inline-flex min-h-6 items-center gap-1 rounded-md px-1 text-soft text-xs hover:text-ink"
          >
            <ArrowLeft aria-hidden className="size-3.5" />
            {back.name}
          </Link>
        )}
        <header className="mb-5 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
          <div className="min-w-0 flex-1 basis-60">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <h1 className="font-semibold text-xl tracking-tight [overflow-wrap:anywhere]">{title}</h1>
              {marks}
            </div>
            {about && <div className="mt-1 max-w-[40rem] text-soft">{about}</div>}
          </div>
          {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
        {children}
      </div>
    </div>
  );
}

/** A part of a page under a heading of its own. */
export function Section({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className="mt-7 first:mt-0">
      <div className="mb-2 flex min-h-6 items-center justify-between gap-2">
        <h2 className="font-medium text-soft">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

const TONES = {
  plain: "border-line text-soft",
  good: "border-transparent bg-good-tint text-good",
  warn: "border-warn-line bg-warn-tint text-warn",
  bad: "border-bad-line bg-bad-tint text-bad",
};

/** A word about the state of something. */
export function Mark({ tone = "plain", children }: { tone?: keyof typeof TONES; children: ReactNode }) {
  return (
    <span
      className={`inline-flex shrink-0 items-center whitespace-nowrap rounded-full border px-2 text-xs ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}

interface Tab {
  key: string;
  name: string;
  link: { to: string; search?: Record<string, string> };
}

/** Ways to look at one thing, each with an address of its own. */
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  return (
    <nav aria-label={label} className="mb-5 flex gap-1 overflow-x-auto border-b">
      {tabs.map(({ key, name, link }) => (
        <Link
          key={key}
          {...link}
          replace
          aria-current={key === current ? "page" : undefined}
          className={`-mb-px whitespace-nowrap border-b-2 px-3 py-2 font-medium outline-offset-[-2px] transition-colors ${
            key === current ? "border-accent text-ink" : "border-transparent text-soft hover:text-ink"
          }`}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
