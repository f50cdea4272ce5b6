import { Link, Outlet, useMatchRoute, useNavigate } from "@tanstack/react-router";
import { LogOut, SquarePen } from "lucide-react";
import { useEffect } from "react";
import { machine, type Status } from "../api/machine";
import { SignedOut } from "../feed/connection";
import { useConnection, useLive, useStatus } from "../live/hooks";
import { IconButton } from "../parts/button";
import { Logo } from "../parts/logo";
import { useIsWide } from "../parts/media";
import { Loading } from "../parts/states";
import { ThemeButton } from "../parts/theme";
import { Banners } from "./banners";
import { SignedOutPage } from "./sign-in";
import { TaskList } from "./task-list";

/** Everything behind the login: the list at the side, what is looked at in the middle. */
export function Shell() {
  const { feed } = useLive();
  const status = useStatus();
  const connection = useConnection();
  const isWide = useIsWide();
  const isOut = connection.kind === "signed_out" || status.error instanceof SignedOut;
  const isKnown = !status.isPending && !isOut;
  useEffect(() => {
    if (!isKnown) return;
    feed.connection.start();
    return () => feed.connection.stop();
  }, [feed, isKnown]);
  useShortcuts();
  if (isOut) return <SignedOutPage />;
  if (!isKnown) return <Loading label="Loading" lines={3} />;
  return (
    <div className="flex h-dvh flex-col">
      <a
        href="#main"
        className="sr-only rounded-md bg-raised px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-10"
      >
        Skip to the content
      </a>
      <Banners status={status.data} />
      <div className="flex min-h-0 flex-1">
        {isWide && <Side status={status.data} />}
        <div className="flex min-w-0 flex-1 flex-col">
          {!isWide && <TopBar status={status.data} />}
          <main id="main" tabIndex={-1} className="min-h-0 flex-1 outline-none">
            <Outlet />
          </main>
        </div>
      </div>
    </div>
  );
}

/** Alt+N: a new task. With a modifier, so that no letter typed by accident does anything. */
function useShortcuts(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyN") return;
      event.preventDefault();
      void navigate({ to: "/" });
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [navigate]);
}

function Brand({ status }: { status: Status | undefined }) {
  return (
    <Link to="/" className="flex min-w-0 items-center gap-2.5 rounded-md">
      <Logo className="size-6 shrink-0" />
      <span className="truncate font-semibold tracking-tight">{status?.machine_id ?? "Machine"}</span>
    </Link>
  );
}

function NewTask() {
  return (
    <Link
      to="/"
      aria-keyshortcuts="Alt+N"
      title="New task (Alt+N)"
      className="flex h-8 items-center gap-2 rounded-md px-2 font-medium hover:bg-hover"
      activeOptions={{ exact: true }}
      activeProps={{ className: "bg-hover" }}
    >
      <SquarePen aria-hidden className="size-4 text-soft" />
      New task
    </Link>
  );
}

function Side({ status }: { status: Status | undefined }) {
  return (
    <nav aria-label="Tasks" className="flex w-72 shrink-0 flex-col border-r bg-side">
      <div className="flex items-center justify-between gap-2 py-3 pr-2 pl-4">
        <Brand status={status} />
        <Account />
      </div>
      <div className="px-2 pb-3">
        <NewTask />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <TaskList />
      </div>
      <Load status={status} />
    </nav>
  );
}

/** Why a task may have to wait; silent while there is room for more. */
function Load({ status }: { status: Status | undefined }) {
  if (!status || status.machine.queued === 0) return null;
  const { running, queued, slots } = status.machine;
  return (
    <p role="status" className="numeric border-t px-4 py-2 text-soft text-xs">
      {queued} queued · {running} of {slots} slots busy
    </p>
  );
}

function Account() {
  return (
    <div className="flex shrink-0">
      <ThemeButton />
      <SignOut />
    </div>
  );
}

/** On a narrow screen: the brand leads home, where the tasks are. A task has its own bar there. */
function TopBar({ status }: { status: Status | undefined }) {
  const isTask = useMatchRoute()({ to: "/tasks/$taskId" });
  if (isTask) return null;
  return (
    <header className="flex items-center justify-between border-b py-2 pr-2 pl-4">
      <Brand status={status} />
      <Account />
    </header>
  );
}

function SignOut() {
  const { client, feed } = useLive();
  const signOut = async () => {
    try {
      await machine.logout();
    } catch (error) {
      // Signed out already is signed out; anything else shows with the next request.
      console.warn("Signing out did not work.", error);
    }
    feed.forget();
    client.clear();
    location.assign("/login");
  };
  return (
    <IconButton label="Sign out" onClick={() => void signOut()}>
      <LogOut aria-hidden className="size-4" />
    </IconButton>
  );
}
