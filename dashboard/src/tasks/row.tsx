import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { ago, fullTime, spent } from "../domain/format";
import { conversationOf, pathOf, type Task } from "../domain/task";
import { StatusIcon } from "../parts/status";
import { sourceName } from "./filter";

interface Props {
  task: Task;
  now: number;
  /** Whose it is, where that is worth saying. */
  person: string | undefined;
}

/** A task in two lines at most: what it is, who does it, what came of it. */
export const TaskLine = memo(function TaskLine({ task, now, person }: Props) {
  const source = sourceName(task.source);
  const chat = conversationOf(task) && "Chat";
  const after = [task.assigned_agent, chat, source, person].filter(Boolean).join(" · ");
  return (
    <Link to={pathOf(task)} className="flex h-full items-center gap-3 px-3 -outline-offset-2 hover:bg-hover">
      <StatusIcon task={task} className="size-4" />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{task.title}</span>
        <span className="block truncate text-faint text-xs">{after}</span>
      </span>
      <span className="numeric shrink-0 text-right text-faint text-xs">
        <time dateTime={task.created_at} title={fullTime(task.created_at)} className="block">
          {ago(task.created_at, Math.max(now, Date.parse(task.created_at)))}
        </time>
        <span className="block">{spent(task.duration_seconds, task.cost_usd)}</span>
      </span>
    </Link>
  );
});
