import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { MachineWarning, Status } from "../api/machine";
import { time } from "../domain/format";
import type { Task } from "../domain/task";

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
export function MachineStrip({ status, tasks }: { status: Status; tasks: readonly Task[] }) {
  const { machine, auth, version } = status;
  const parked = tasks.filter(isParked);
  const isWell = auth.state === "ready" || auth.state === "demo";
  return (
    <section aria-label="The machine" className="mt-8">
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line sm:grid-cols-4">
        <Cell name="Machine" note={`Version ${version}`} tone={machine.state === "ready" ? "good" : "warn"}>
          {machine.state === "ready" ? "ready" : "shutting down"}
        </Cell>
        <Cell
          name="Claude"
          note={auth.until ? `until ${time(auth.until)}` : ""}
          tone={isWell ? "good" : "warn"}
          title={auth.message}
        >
          {CLAUDE[auth.state] ?? auth.state}
        </Cell>
        <Cell name="Slots" note={machine.waiting > 0 ? `${machine.waiting} waiting for people` : ""}>
          {machine.running} of {machine.slots} busy
        </Cell>
        <Cell name="Queue" note={parkedText(parked)} tone={parked.length > 0 ? "warn" : undefined}>
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

function isParked({ status, queue_reason }: Task): boolean {
  return status === "queued" && queue_reason !== null && queue_reason in PARKED_UNTIL;
}

/** How many tasks stand still, and for what. */
export function parkedText(parked: readonly Task[]): string {
  const [first] = parked;
  if (!first) return "";
  const why = PARKED_UNTIL[first.queue_reason ?? ""] ?? "";
  return `${parked.length} parked ${why}`.trim();
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
