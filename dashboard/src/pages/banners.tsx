import { Link } from "@tanstack/react-router";
import { CircleAlert, FlaskConical, HardDrive, RefreshCw, Wallet, WifiOff } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import type { Status } from "../api/machine";
import { atMoment } from "../domain/format";
import { useConnection, useLive } from "../live/hooks";
import { Button } from "../parts/button";
import { useNow } from "../parts/now";
import { When } from "../parts/when";
import { usedUp } from "../settings/budget-words";

const MINUTE_MS = 60_000;

function Banner({ icon, tone, children }: { icon: ReactNode; tone: "warn" | "tint"; children: ReactNode }) {
  const colours =
    tone === "warn" ? "border-warn-line bg-warn-tint text-warn" : "border-line bg-tint text-accent";
  return (
    <div role="status" className={`flex min-h-9 items-center gap-2 border-b px-4 py-1.5 text-xs ${colours}`}>
      {icon}
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}

/** What concerns everything on the page stands above everything. */
export function Banners({ status }: { status: Status | undefined }) {
  return (
    <>
      <OfflineBanner />
      <ReplacedBanner />
      {status?.demo && (
        <Banner tone="tint" icon={<FlaskConical aria-hidden className="size-3.5 shrink-0" />}>
          <b>Demo model.</b>{" "}
          <span className="text-soft">
            Answers are scripted. Nothing reaches Anthropic, nothing is billed.
          </span>
        </Banner>
      )}
      {status && <LoginBanner auth={status.auth} me={status.me} />}
      {status && <BudgetBanner budgets={status.budgets} me={status.me} />}
      {status?.machine.held_back && <DiskBanner why={status.machine.held_back} me={status.me} />}
      {status?.machine.state === "draining" && (
        <Banner tone="warn" icon={<CircleAlert aria-hidden className="size-3.5 shrink-0" />}>
          The machine is shutting down. Running tasks go on after its restart.
        </Banner>
      )}
    </>
  );
}

function OfflineBanner() {
  const { feed } = useLive();
  const state = useConnection();
  const isOffline = state.kind === "offline";
  const now = useNow(500, isOffline);
  if (!isOffline) return null;
  const seconds = Math.max(1, Math.ceil((state.retryAt - now) / 1000));
  return (
    <Banner tone="warn" icon={<WifiOff aria-hidden className="size-3.5 shrink-0" />}>
      <div className="flex flex-wrap items-center justify-between gap-x-3">
        <span>
          <b>No connection to the machine.</b> What you see may be old.{" "}
          {/* A status is read aloud whenever it changes: not once a second. */}
          <span aria-hidden>Next try in {seconds} s.</span>
        </span>
        <Button look="secondary" size="small" onClick={() => feed.connection.retryNow()}>
          Try now
        </Button>
      </div>
    </Banner>
  );
}

/** That a part of the page did not come: after an upgrade the server has others, under other names. */
function ReplacedBanner() {
  const [isGone, setGone] = useState(false);
  useEffect(() => {
    const onFault = () => setGone(true);
    window.addEventListener("vite:preloadError", onFault);
    return () => window.removeEventListener("vite:preloadError", onFault);
  }, []);
  if (!isGone) return null;
  return (
    <Banner tone="warn" icon={<RefreshCw aria-hidden className="size-3.5 shrink-0" />}>
      <div className="flex flex-wrap items-center justify-between gap-x-3">
        <span>
          <b>A part of this page could not be loaded.</b> There may be a newer one.
        </span>
        <Button look="secondary" size="small" onClick={() => location.reload()}>
          Reload
        </Button>
      </div>
    </Banner>
  );
}

function PartLink({ part, children }: { part: string; children: ReactNode }) {
  return (
    <Link
      to="/settings/$part"
      params={{ part }}
      className="inline-flex min-h-6 items-center font-medium underline"
    >
      {children}
    </Link>
  );
}

const SAID: Readonly<Partial<Record<Status["auth"]["state"], string>>> = {
  needs_login: "Claude Code is not logged in on this machine.",
  refused: "The API refuses this machine's login.",
  quota: "The quota is used up.",
  expires_soon: "The login of this machine expires soon.",
};

/** That Claude cannot work, or not for long, until that is over: its state comes with the feed. */
function LoginBanner({ auth, me }: Pick<Status, "auth" | "me">) {
  const said = SAID[auth.state];
  const now = useNow(MINUTE_MS, auth.until != null);
  if (!said) return null;
  const isUp = auth.state !== "quota";
  const until =
    auth.state === "expires_soon"
      ? ""
      : auth.until
        ? ` Work resumes ${atMoment(auth.until, now)}.`
        : " Tasks wait and go on by themselves.";
  return (
    <Banner tone="warn" icon={<CircleAlert aria-hidden className="size-3.5 shrink-0" />}>
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-0.5">
        <span className="min-w-0 [overflow-wrap:anywhere]">
          <b>{auth.message || said}</b>
          {until} {isUp && me.role !== "administrator" && "An administrator has to log it in."}
        </span>
        <PartLink part="login">
          {isUp && me.role === "administrator" ? "Log Claude in" : "Claude’s login"}
        </PartLink>
      </div>
    </Banner>
  );
}

/** That work waits for tomorrow: all of it, else the reader's own. */
function BudgetBanner({ budgets, me }: Pick<Status, "budgets" | "me">) {
  const found = usedUp(budgets, me.user_id);
  if (!found) return null;
  return (
    <Banner tone="warn" icon={<Wallet aria-hidden className="size-3.5 shrink-0" />}>
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-0.5">
        <span className="min-w-0">
          <b>{found.scope === "machine" ? "The machine’s budget" : "Your budget"} for today is used up.</b>{" "}
          What it holds back goes on <When at={found.until} />.
        </span>
        {me.role === "administrator" && <PartLink part="budgets">Budgets</PartLink>}
      </div>
    </Banner>
  );
}

/** That nothing starts until there is room. */
function DiskBanner({ why, me }: { why: string } & Pick<Status, "me">) {
  const isAdministrator = me.role === "administrator";
  return (
    <Banner tone="warn" icon={<HardDrive aria-hidden className="size-3.5 shrink-0" />}>
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-0.5">
        <span className="min-w-0" title={why}>
          <b>New tasks wait: the disk is nearly full.</b> They start by themselves when there is room
          {isAdministrator ? "." : "; an administrator has to make some."}
        </span>
        {isAdministrator && <PartLink part="storage">Disk and backup</PartLink>}
      </div>
    </Banner>
  );
}
