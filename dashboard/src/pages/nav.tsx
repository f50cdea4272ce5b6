import { Link } from "@tanstack/react-router";
import {
  ChartColumn,
  House,
  ListTodo,
  type LucideIcon,
  MessagesSquare,
  Search,
  Server,
  SquarePen,
} from "lucide-react";
import { KINDS } from "../definitions/kinds";

interface Entry {
  to: string;
  name: string;
  Icon: LucideIcon;
}

/** The pages beside that of tasks, in the order in which they are offered everywhere. */
export const PAGES: readonly Entry[] = [
  { to: "/chat", name: "Chat", Icon: MessagesSquare },
  ...Object.values(KINDS).map(({ path, title, Icon }) => ({ to: path, name: title, Icon })),
];

const MORE_PAGES: readonly Entry[] = [
  { to: "/tasks", name: "Tasks", Icon: ListTodo },
  { to: "/costs", name: "Costs", Icon: ChartColumn },
];
const MACHINES: Entry = { to: "/machines", name: "Machines", Icon: Server };

/** Pages that a narrow screen reaches from the first one, and by searching. */
export function morePages(inFleet: boolean): readonly Entry[] {
  return inFleet ? [...MORE_PAGES, MACHINES] : MORE_PAGES;
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
/** The key that goes with K. */
export const COMMAND_KEY = isMac ? "⌘" : "Ctrl";

const SIDE_LINK = "flex h-8 items-center gap-2.5 rounded-md px-2 hover:bg-hover";

/** The pages, one below the other, at the side of a wide screen. */
export function SideNav({ inFleet, search }: { inFleet: boolean; search(): void }) {
  return (
    <nav aria-label="Pages" className="space-y-px px-2 pb-4">
      <Link
        to="/"
        aria-keyshortcuts="Alt+N"
        title="New task (Alt+N)"
        className={`${SIDE_LINK} font-medium`}
        activeOptions={{ exact: true }}
        activeProps={{ className: "bg-hover" }}
      >
        <SquarePen aria-hidden className="size-4 text-soft" />
        New task
      </Link>
      <button
        type="button"
        onClick={search}
        aria-keyshortcuts="Control+K Meta+K"
        className={`${SIDE_LINK} w-full text-left`}
      >
        <Search aria-hidden className="size-4 text-soft" />
        Search
        <kbd aria-hidden className="ml-auto font-sans text-faint text-xs">
          {COMMAND_KEY} K
        </kbd>
      </button>
      {[...morePages(inFleet), ...PAGES].map(({ to, name, Icon }) => (
        <Link
          key={to}
          to={to}
          className={SIDE_LINK}
          activeOptions={{ exact: to === "/tasks" }}
          activeProps={{ className: "bg-hover font-medium" }}
        >
          <Icon aria-hidden className="size-4 text-soft" />
          {name}
        </Link>
      ))}
    </nav>
  );
}

const BOTTOM_LINK =
  "flex min-w-0 flex-1 flex-col items-center gap-0.5 rounded-md py-1.5 text-[0.625rem] text-soft min-[400px]:text-[0.6875rem] -outline-offset-2";

/** The same in reach of a thumb. */
export function BottomNav() {
  const entries: readonly Entry[] = [{ to: "/", name: "Home", Icon: House }, ...PAGES];
  return (
    <nav aria-label="Pages" className="flex shrink-0 border-t bg-side px-1 pb-[env(safe-area-inset-bottom)]">
      {entries.map(({ to, name, Icon }) => (
        <Link
          key={to}
          to={to}
          className={BOTTOM_LINK}
          activeOptions={{ exact: to === "/" }}
          activeProps={{ className: "text-accent! font-medium" }}
        >
          <Icon aria-hidden className="size-5" strokeWidth={1.75} />
          {name}
        </Link>
      ))}
    </nav>
  );
}
