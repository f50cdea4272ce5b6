import { Link, useLocation } from "@tanstack/react-router";
import {
  ChartColumn,
  Ellipsis,
  House,
  ListTodo,
  type LucideIcon,
  MessagesSquare,
  Search,
  Server,
  Settings,
  SquarePen,
} from "lucide-react";
import { KINDS } from "../definitions/kinds";
import { useUnreadChats, useWaiting } from "../live/hooks";
import { Count } from "../parts/count";

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

/** Pages beside those of definitions. */
function morePages(inFleet: boolean): readonly Entry[] {
  return inFleet ? [...MORE_PAGES, MACHINES] : MORE_PAGES;
}

const SETTINGS: Entry = { to: "/settings", name: "Settings", Icon: Settings };

/** The bar of a narrow screen: what is needed there every day. */
const BAR: readonly Entry[] = [
  { to: "/", name: "Home", Icon: House },
  { to: "/chat", name: "Chat", Icon: MessagesSquare },
  { to: "/tasks", name: "Tasks", Icon: ListTodo },
  { to: "/more", name: "More", Icon: Ellipsis },
];

/** All other pages: a narrow screen has them behind one entry. */
export function behindMore(inFleet: boolean): readonly Entry[] {
  const all = [...PAGES, ...morePages(inFleet), SETTINGS];
  return all.filter(({ to }) => BAR.every((entry) => entry.to !== to));
}

/** Where a path belongs to in the bar: pages that are not in it are behind its last entry. */
export function inBar(path: string): string {
  if (path === "/") return "/";
  return BAR.find(({ to }) => to !== "/" && (path === to || path.startsWith(`${to}/`)))?.to ?? "/more";
}

/** What is new behind an entry. What needs an answer stands on the first page, and beside a wide one in the list. */
function News({ to, className }: { to: string; className: string }) {
  const waiting = useWaiting();
  const chats = useUnreadChats().size;
  if (to === "/")
    return (
      <Count
        count={waiting}
        words={waiting === 1 ? "needs your answer" : "need your answer"}
        tone="warn"
        className={className}
      />
    );
  if (to === "/chat")
    return <Count count={chats} words="with a new reply" tone="news" className={className} />;
  return null;
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
          <News to={to} className="ml-auto" />
        </Link>
      ))}
    </nav>
  );
}

const BOTTOM_LINK =
  "relative flex min-w-0 flex-1 flex-col items-center gap-0.5 rounded-md py-1.5 text-xs -outline-offset-2";

/** The same in reach of a thumb. */
export function BottomNav() {
  const current = useLocation({ select: ({ pathname }) => inBar(pathname) });
  return (
    <nav aria-label="Pages" className="flex shrink-0 border-t bg-side px-1 pb-[env(safe-area-inset-bottom)]">
      {BAR.map(({ to, name, Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === "/" }}
          aria-current={to === current ? "true" : undefined}
          className={`${BOTTOM_LINK} ${to === current ? "font-medium text-accent" : "text-soft"}`}
        >
          <Icon aria-hidden className="size-5" strokeWidth={1.75} />
          {name}
          <News to={to} className="absolute top-0.5 left-1/2 ml-1.5" />
        </Link>
      ))}
    </nav>
  );
}
