import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import type { TaskDetail } from "../api/machine";
import { costKind, dollars, duration, tokens } from "../domain/format";
import { conversationOf, type Task, workedSeconds } from "../domain/task";
import { useStatus } from "../live/hooks";
import { useNow } from "../parts/now";
import { Failed } from "../parts/states";
import { StatusChip } from "../parts/status";
import { TaskActions, useActing } from "./task-actions";

/** What it is, how it stands, what it has used so far. */
export function TaskHeader({ task }: { task: TaskDetail }) {
  const acting = useActing();
  const conversation = conversationOf(task);
  const { fault } = acting;
  return (
    <header className="border-b px-4 py-2.5 sm:px-6">
      <div className="flex items-center gap-2">
        <Link
          to="/"
          aria-label="Back to all tasks"
          className="-ml-2 rounded-md p-2 text-soft hover:bg-hover md:hidden"
        >
          <ArrowLeft aria-hidden className="size-4" />
        </Link>
        <h1 className="min-w-0 flex-1 truncate font-semibold text-base tracking-tight" title={task.title}>
          {task.title}
        </h1>
        <TaskActions task={task} acting={acting} />
      </div>
      <div className="numeric mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-0.5 text-soft text-xs">
        <StatusChip task={task} />
        <span title={task.routing?.reason}>{task.assigned_agent}</span>
        <Place task={task} />
        {conversation && (
          <Link
            to="/chat/$conversationId"
            params={{ conversationId: conversation }}
            className="text-accent underline"
          >
            Its conversation
          </Link>
        )}
        <Elapsed task={task} />
        <Used task={task} />
      </div>
      {task.status === "queued" && task.waits_for && (
        <p role="status" className="mt-1 text-warn text-xs [overflow-wrap:anywhere]">
          {task.waits_for}
        </p>
      )}
      {fault && (
        <div className="mt-2">
          <Failed what={`${fault.name} did not work.`} error={fault.error} />
        </div>
      )}
    </header>
  );
}

/** On which machine of a fleet it is, or was last. */
function Place({ task }: { task: Task }) {
  const inFleet = useStatus().data?.in_fleet ?? false;
  if (!inFleet || task.attempt === 0) return null;
  return (
    <Link to="/machines" title="The machine that it is on" className="hover:text-ink hover:underline">
      {task.machine_id}
    </Link>
  );
}

/** Running time; it counts on by itself while the task runs. */
function Elapsed({ task }: { task: Task }) {
  const runs = task.status === "running";
  const now = useNow(1_000, runs);
  if (!task.started_at) return null;
  return <span title="Time it worked, without waiting">{duration(workedSeconds(task, now))}</span>;
}

function Used({ task }: { task: Task }) {
  const { input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens, cost_usd } = task;
  const kind = costKind(task.cost_kind, task.estimated);
  if (input_tokens + output_tokens === 0) return null;
  const cache = `Read from the cache: ${tokens(cache_read_tokens)}. Written to it: ${tokens(cache_creation_tokens)}.`;
  return (
    <>
      <span title={cache}>
        {tokens(input_tokens)} in, {tokens(output_tokens)} out
      </span>
      <span title={kind.meaning}>
        {dollars(cost_usd)} <span className="text-faint">{kind.label}</span>
      </span>
    </>
  );
}
