import { Link, Outlet, useMatchRoute } from "@tanstack/react-router";
import { LogOut, Search, Settings } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { machine, type Status } from "../api/machine";
import { SignedOut } from "../feed/connection";
import { useConnection, useLive, useStatus, useWaiting } from "../live/hooks";
import { IconButton } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { forgetAllKept } from "../parts/draft";
import { Logo } from "../parts/logo";
import { useIsWide } from "../parts/media";
import { TitleMark } from "../parts/page";
import { Part } from "../parts/part";
import { Failed, Loading } from "../parts/states";
import { ThemeButton } from "../parts/theme";
import { Banners } from "./banners";
import { BottomNav, SideNav } from "./nav";
import { type Overlay, useShortcuts } from "./shortcuts";
import { SignedOutPage } from "./sign-in";
import { TaskList } from "./task-list";

const Overlays = lazy(() => import("../palette/overlays"));

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
  const [overlay, show] = useState<Overlay>(null);
  useShortcuts(show);
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
        {isWide && <Side status={status.data} search={() => show("palette")} />}
        <div className="flex min-w-0 flex-1 flex-col">
          {!isWide && <TopBar status={status.data} search={() => show("palette")} />}
          <main id="main" tabIndex={-1} className="min-h-0 flex-1 outline-none">
            <Titled>
              <Outlet />
            </Titled>
          </main>
          {!isWide && <BottomBar />}
        </div>
      </div>
      {overlay && (
        <Part
          key={overlay}
          name="The search"
          instead={(error) => <NoOverlay error={error} close={() => show(null)} />}
        >
          <Suspense>
            <Overlays shown={overlay} close={() => show(null)} />
          </Suspense>
        </Part>
      )}
    </div>
  );
}

/** The pages, each with how much waits for an answer before its title. */
function Titled({ children }: { children: ReactNode }) {
  return <TitleMark value={useWaiting()}>{children}</TitleMark>;
}

function NoOverlay({ error, close }: { error: unknown; close(): void }) {
  return (
    <Dialog label="Search" close={close} className="p-3!">
      <Failed what="This cannot be shown." error={error} retry={close} />
    </Dialog>
  );
}

function Brand({ status }: { status: Status | undefined }) {
  return (
    <Link to="/" className="flex min-w-0 items-center gap-2.5 rounded-md">
      <Logo className="size-6 shrink-0" />
      <span className="truncate font-semibold tracking-tight">{status?.machine_id ?? "Machine"}</span>
    </Link>
  );
}

function Side({ status, search }: { status: Status | undefined; search(): void }) {
  return (
    <div className="flex w-72 shrink-0 flex-col border-r bg-side">
      <header className="flex items-center justify-between gap-2 py-3 pr-2 pl-4">
        <Brand status={status} />
        <Account />
      </header>
      <SideNav inFleet={status?.in_fleet ?? false} search={search} />
      <nav aria-label="Tasks" className="min-h-0 flex-1 overflow-y-auto">
        <Part name="The list of tasks">
          <TaskList />
        </Part>
      </nav>
      <Load status={status} />
    </div>
  );
}

/** A task or a conversation has the whole of a narrow screen to itself. */
function useHasScreen(): boolean {
  const matches = useMatchRoute();
  return Boolean(matches({ to: "/tasks/$taskId" }) || matches({ to: "/chat/$conversationId" }));
}

function BottomBar() {
  return useHasScreen() ? null : <BottomNav />;
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
      <Link
        to="/settings"
        aria-label="Settings"
        title="Settings"
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-soft transition-colors hover:bg-hover hover:text-ink"
      >
        <Settings aria-hidden className="size-4" />
      </Link>
      <ThemeButton />
      <SignOut />
    </div>
  );
}

/** On a narrow screen: the brand leads home, where the tasks are. A task has its own bar there. */
function TopBar({ status, search }: { status: Status | undefined; search(): void }) {
  if (useHasScreen()) return null;
  return (
    <header className="flex items-center justify-between border-b py-2 pr-2 pl-4">
      <Brand status={status} />
      <div className="flex shrink-0">
        <IconButton label="Search" onClick={search}>
          <Search aria-hidden className="size-4" />
        </IconButton>
        <Account />
      </div>
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
    forgetAllKept();
    location.assign("/login");
  };
  return (
    <IconButton label="Sign out" onClick={() => void signOut()}>
      <LogOut aria-hidden className="size-4" />
    </IconButton>
  );
}
