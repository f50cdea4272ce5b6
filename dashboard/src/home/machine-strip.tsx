import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { MachineWarning, Status } from "../api/machine";
import { moment } from "../domain/format";
import { useNow } from "../parts/now";

const MINUTE_MS = 60_000;

const CLAUDE: Readonly<Record<Status["auth"]["state"], string>> = {
  ready: "logged in",
  expires_soon: "login expires soon",
  needs_login: "needs a login",
  refused: "login refused",
  quota: "quota used up",
  demo: "demo model",
  unknown: "not known yet",
};

/** The machine at a glance: whether it works, with what, and how much room there is. */
export function MachineStrip({ status }: { status: Status }) {
  const { machine, auth, version } = status;
  const now = useNow(MINUTE_MS, auth.until != null);
  const parked = parkedText(machine.parked);
  const isWell = auth.state === "ready" || auth.state === "demo";
  return (
    <section aria-label="The machine" className="mt-8">
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line sm:grid-cols-4">
        <Cell name="Machine" note={`Version ${version}`} tone={machine.state === "ready" ? "good" : "warn"}>
          {machine.state === "ready" ? "ready" : "shutting down"}
        </Cell>
        <Cell
          name="Claude"
          note={auth.until ? `until ${moment(auth.until, now)}` : ""}
          tone={isWell ? "good" : "warn"}
          title={auth.message}
        >
          {CLAUDE[auth.state] ?? auth.state}
        </Cell>
        <Cell name="Slots" note={machine.waiting > 0 ? `${machine.waiting} waiting for people` : ""}>
          {machine.running} of {machine.slots} busy
        </Cell>
        <Cell name="Queue" note={parked} tone={parked ? "warn" : undefined}>
          {machine.queued === 0 ? "empty" : machine.queued}
        </Cell>
      </dl>
      <Warnings warnings={status.warnings} />
    </section>
  );
}

const PARKED_UNTIL: Readonly<Record<string, string>> = {
  not_logged_in: "until there is a login",
  quota: "until the quota is back",
  budget: "until there is budget again",
};

/** What an administrator should mend, without hurry. */
function Warnings({ warnings }: { warnings: readonly MachineWarning[] }) {
  const [first] = warnings;
  if (!first) return null;
  return (
    <p className="mt-2 flex flex-wrap items-baseline gap-x-2 text-soft text-xs">
      <span className="min-w-0 [overflow-wrap:anywhere]">{first.message}</span>
      <Link to="/settings/$part" params={{ part: "health" }} className="text-accent underline">
        {warnings.length === 1 ? "What to do" : `${warnings.length} warnings`}
      </Link>
    </p>
  );
}

/** How many tasks stand still, and for what where that is one thing. */
export function parkedText(parked: Status["machine"]["parked"]): string {
  const reasons = Object.entries(parked);
  const count = reasons.reduce((sum, [, each]) => sum + each, 0);
  if (count === 0) return "";
  const [[reason] = [""]] = reasons;
  return `${count} parked ${reasons.length === 1 ? (PARKED_UNTIL[reason] ?? "") : ""}`.trim();
}

interface CellProps {
  name: string;
  note: string;
  tone?: "good" | "warn" | undefined;
  title?: string;
  children: ReactNode;
}

function Cell({ name, note, tone, title, children }: CellProps) {
  const dot = tone === "good" ? "bg-good" : "bg-warn";
  return (
    <div className="min-w-0 bg-page px-3.5 py-2.5" title={title}>
      <dt className="text-faint text-xs">{name}</dt>
      <dd className="min-w-0">
        <span className="numeric flex items-center gap-1.5 truncate font-medium">
          {tone && <span aria-hidden className={`size-1.5 shrink-0 rounded-full ${dot}`} />}
          {children}
        </span>
        {note && <span className="block truncate text-faint text-xs">{note}</span>}
      </dd>
    </div>
  );
}
