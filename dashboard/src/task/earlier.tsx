import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { MessagesSquare } from "lucide-react";
import { machine } from "../api/machine";
import { statusText } from "../domain/format";
import { hasEnded, type Task } from "../domain/task";
import { keys } from "../live/cache";
import { useLive } from "../live/hooks";
import { SaidAt } from "../parts/when";

const SHOWN = 5;

/** The tasks of the same conversation: those before this one, oldest first, and the one after it. */
export function useOthers(task: Task | undefined): { earlier: Task[]; later: Task | undefined } {
  const { feed } = useLive();
  const id = task?.conversation_id ?? "";
  const { data } = useQuery({
    queryKey: [...keys.conversation(id), task !== undefined && hasEnded(task)],
    queryFn: () => feed.during(() => machine.conversation(id)).then(({ snapshot }) => snapshot),
    enabled: task !== undefined,
  });
  const items = data?.items ?? [];
  const index = items.findIndex(({ task_id }) => task_id === task?.task_id);
  if (index < 0) return { earlier: [], later: undefined };
  return { earlier: items.slice(index + 1).reverse(), later: items[index - 1] };
}

/** What was said before this task in its conversation, in short; each leads to the whole. */
export function Earlier({ tasks }: { tasks: readonly Task[] }) {
  const hidden = tasks.length - SHOWN;
  return (
    <nav aria-label="Earlier in this conversation" className="mb-6 border-b pb-5">
      <h2 className="mb-2 flex items-center gap-1.5 text-faint text-xs">
        <MessagesSquare aria-hidden className="size-3.5" />
        Earlier in this conversation
        {hidden > 0 && <span className="numeric">({hidden} more before)</span>}
      </h2>
      <ol className="space-y-1">
        {tasks.slice(-SHOWN).map((task) => (
          <li key={task.task_id}>
            <Link
              to="/tasks/$taskId"
              params={{ taskId: task.task_id }}
              className="-mx-2 block rounded-md px-2 py-1.5 hover:bg-hover"
            >
              <span className="flex items-baseline gap-2">
                <span className="min-w-0 flex-1 truncate font-medium">{task.input_message}</span>
                <span className="shrink-0 text-faint text-xs">
                  <SaidAt at={task.created_at} />
                </span>
              </span>
              <span className="line-clamp-2 text-soft">
                {task.result ?? task.failure?.message ?? statusText(task)}
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
