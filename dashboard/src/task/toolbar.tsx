import { Link } from "@tanstack/react-router";
import { Download, TextSearch } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Task } from "../domain/task";
import { IconButton } from "../parts/button";
import { Part } from "../parts/part";
import { VIEWS, type View } from "./views";

const TakeAway = lazy(() => import("./take-away"));

interface Props {
  task: Task;
  view: View;
  /** Opens the search; absent where there is nothing to search in. */
  find: (() => void) | undefined;
}

/** The ways to look at a task, and what can be done with its conversation. */
export function Toolbar({ task, view, find }: Props) {
  const [takes, setTakes] = useState(false);
  return (
    <div className="flex items-center border-b pr-2 pl-2 sm:pr-4 sm:pl-4">
      <nav aria-label="Ways to look at the task" className="flex min-w-0 flex-1 overflow-x-auto">
        {VIEWS.map(([key, name]) => (
          <Link
            key={key}
            to="/tasks/$taskId"
            params={{ taskId: task.task_id }}
            search={key === "conversation" ? {} : { view: key }}
            replace
            aria-current={key === view ? "page" : undefined}
            className={`whitespace-nowrap border-b-2 px-2 py-1.5 text-xs outline-offset-[-2px] ${
              key === view
                ? "border-accent font-medium text-ink"
                : "border-transparent text-soft hover:text-ink"
            }`}
          >
            {name}
          </Link>
        ))}
      </nav>
      {find && (
        <IconButton label="Search this task" aria-keyshortcuts="/" size="small" onClick={find}>
          <TextSearch aria-hidden className="size-4" />
        </IconButton>
      )}
      <IconButton label="Copy or download" size="small" onClick={() => setTakes(true)}>
        <Download aria-hidden className="size-4" />
      </IconButton>
      {takes && (
        <Part name="What can be taken">
          <Suspense>
            <TakeAway task={task} close={() => setTakes(false)} />
          </Suspense>
        </Part>
      )}
    </div>
  );
}
