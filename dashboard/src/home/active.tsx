import { Link } from "@tanstack/react-router";
import { fullTime, spent, statusText } from "../domain/format";
import { needsAnswer, pathOf, type Task, workedSeconds } from "../domain/task";
import { useGlimpse } from "../live/hooks";
import { useNow } from "../parts/now";
import { StatusIcon } from "../parts/status";
import { lastLine } from "../task/last-line";

/** Every line shown is followed live; more than these are a number. */
const SHOWN = 8;

interface ActiveProps {
  title: string;
  /** What the part is called, where another one on the page has the same title. */
  label?: string;
  className?: string;
  tasks: readonly Task[];
  /** Under which status all of them are found. */
  status: "active" | "waiting_input";
  /** Whether there are more than these. */
  hasMore?: boolean;
}

/** Tasks in a box under a heading, each with what it does now. */
export function ActiveTasks({
  title,
  label = title,
  className = "mt-6",
  tasks,
  status,
  hasMore = false,
}: ActiveProps) {
  const more = Math.max(0, tasks.length - SHOWN);
  if (tasks.length === 0) return null;
  return (
    <section aria-label={label} className={className}>
      <h2 className="mb-2 font-medium text-soft">{title}</h2>
      <ul className="divide-y rounded-lg border">
        {tasks.slice(0, SHOWN).map((task) => (
          <li key={task.task_id}>
            <ActiveTask task={task} />
          </li>
        ))}
      </ul>
      {(more > 0 || hasMore) && (
        <Link
          to="/tasks"
          // Chats need answers, too; at work they are in no list.
          search={status === "active" ? { status } : { status, chats: true }}
          className="mt-2 inline-block min-h-6 text-accent text-xs underline"
        >
          {hasMore ? "All active tasks" : `and ${more} more`}
        </Link>
      )}
    </section>
  );
}

function ActiveTask({ task }: { task: Task }) {
  return (
    <Link to={pathOf(task)} className="flex items-start gap-3 px-3.5 py-2.5 -outline-offset-2 hover:bg-hover">
      <StatusIcon task={task} className="mt-0.5 size-4" />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-3">
          <span className="min-w-0 flex-1 truncate font-medium">{task.title}</span>
          <Spent task={task} />
        </span>
        {task.status === "running" || needsAnswer(task) ? (
          <LastLine task={task} />
        ) : (
          <Line>{`${statusText(task)} · ${task.assigned_agent}`}</Line>
        )}
      </span>
    </Link>
  );
}

/** What it asks, or wrote or did last, as it happens. */
function LastLine({ task }: { task: Task }) {
  const view = useGlimpse(task);
  const line = view ? lastLine(view.conversation.items) : "";
  const does = needsAnswer(task) ? "asks for something" : "is at work";
  return <Line>{line || `${task.assigned_agent} ${does}`}</Line>;
}

function Line({ children }: { children: string }) {
  return (
    <span data-testid="last-line" className="block truncate text-soft text-xs">
      {children}
    </span>
  );
}

/** How long it has worked, counting, and what it has cost so far; nothing of what has not begun. */
function Spent({ task }: { task: Task }) {
  const now = useNow(1_000, task.status === "running");
  return (
    <span
      className="numeric shrink-0 text-faint text-xs"
      title={`Time it worked, without waiting; created ${fullTime(task.created_at)}`}
    >
      {spent(task.started_at ? workedSeconds(task, now) : 0, task.cost_usd)}
    </span>
  );
}
