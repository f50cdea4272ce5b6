import { Link } from "@tanstack/react-router";
import { memo, useMemo } from "react";
import { ago, fullTime } from "../domain/format";
import { hasEnded, isWork, needsAnswer, pathOf, type Task } from "../domain/task";
import { useTasks } from "../live/hooks";
import { Button } from "../parts/button";
import { useNow } from "../parts/now";
import { Empty, Failed, Loading } from "../parts/states";
import { StatusIcon } from "../parts/status";

const MINUTE_MS = 60_000;

interface Group {
  title: string;
  tasks: Task[];
}

/** What waits for a person first, then what works, then what is over; newest first in each. */
export function grouped(tasks: readonly Task[]): Group[] {
  const groups: Group[] = [
    { title: "Needs your answer", tasks: tasks.filter(needsAnswer) },
    { title: "Active", tasks: tasks.filter((task) => !hasEnded(task) && !needsAnswer(task)) },
    { title: "Done", tasks: tasks.filter(hasEnded) },
  ];
  return groups.filter((group) => group.tasks.length > 0);
}

/** What is said to the Brain stands in the chat; what it needs to know for it stands here, too. */
const isListed = (task: Task) => isWork(task) || needsAnswer(task);

/** The tasks in groups; with `only`, just those that it picks. */
export function TaskList({ only }: { only?: (task: Task) => boolean }) {
  const { tasks: known, active, recent } = useTasks();
  const tasks = useMemo(() => known.filter(isListed), [known]);
  const groups = useMemo(() => grouped(only ? tasks.filter(only) : tasks), [tasks, only]);
  const now = useNow(MINUTE_MS);
  const error = recent.error ?? active.error;
  if (error && tasks.length === 0) {
    const retry = () => void Promise.all([active.refetch(), recent.refetch()]);
    return (
      <div className="p-3">
        <Failed what="The tasks could not be loaded." error={error} retry={retry} />
      </div>
    );
  }
  if (recent.isPending) return <Loading label="Loading tasks" lines={6} />;
  if (tasks.length === 0) return <Empty title="No tasks yet">What you start appears here, and stays.</Empty>;
  return (
    <div className="space-y-4 px-2 pb-4">
      {groups.map(({ title, tasks: members }) => (
        <section key={title} aria-label={title}>
          <h2 className="px-2 pb-1 font-medium text-faint text-xs">{title}</h2>
          <ul>
            {members.map((task) => (
              <li key={task.task_id}>
                <TaskRow
                  task={task}
                  when={ago(task.created_at, Math.max(now, Date.parse(task.created_at)))}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {recent.hasNextPage && (
        <Button
          look="ghost"
          size="small"
          busy={recent.isFetchingNextPage}
          onClick={() => void recent.fetchNextPage()}
        >
          Show older tasks
        </Button>
      )}
    </div>
  );
}

const TaskRow = memo(function TaskRow({ task, when }: { task: Task; when: string }) {
  return (
    <Link
      to={pathOf(task)}
      className="flex items-start gap-2.5 rounded-md px-2 py-1.5 hover:bg-hover"
      activeProps={{ className: "bg-hover", "aria-current": "page" }}
    >
      <StatusIcon task={task} className="mt-0.5 size-4" />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{task.title}</span>
        <span className="flex gap-1.5 text-faint text-xs">
          <span className="truncate">{task.assigned_agent}</span>
          <time
            dateTime={task.created_at}
            title={fullTime(task.created_at)}
            className="numeric ml-auto shrink-0"
          >
            {when}
          </time>
        </span>
      </span>
    </Link>
  );
});
