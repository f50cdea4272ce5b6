import {
  CircleCheck,
  CircleDashed,
  CircleSlash,
  CircleX,
  Hand,
  LoaderCircle,
  type LucideIcon,
  Pause,
} from "lucide-react";
import { statusText } from "../domain/format";
import type { Task } from "../domain/task";

type Shown = Pick<Task, "status" | "waiting_reason" | "queue_reason">;

function look(task: Shown): { Icon: LucideIcon; colour: string; spins?: boolean } {
  switch (task.status) {
    case "running":
      return { Icon: LoaderCircle, colour: "text-accent", spins: true };
    case "waiting_input":
      return task.waiting_reason === "approval"
        ? { Icon: Hand, colour: "text-warn" }
        : { Icon: Pause, colour: "text-soft" };
    case "completed":
      return { Icon: CircleCheck, colour: "text-good" };
    case "failed":
      return { Icon: CircleX, colour: "text-bad" };
    case "cancelled":
      return { Icon: CircleSlash, colour: "text-faint" };
    default:
      return { Icon: CircleDashed, colour: "text-soft" };
  }
}

/** The status as a picture; its name is for those who do not see it. */
export function StatusIcon({ task, className = "size-4" }: { task: Shown; className?: string }) {
  const { Icon, colour, spins } = look(task);
  return (
    <span className="inline-flex shrink-0" title={statusText(task)}>
      <Icon aria-hidden strokeWidth={2} className={`${className} ${colour} ${spins ? "animate-spin" : ""}`} />
      <span className="sr-only">{statusText(task)}</span>
    </span>
  );
}

export function StatusChip({ task }: { task: Shown }) {
  const { Icon, colour, spins } = look(task);
  return (
    <span
      role="status"
      className={`inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-xs ${colour}`}
    >
      <Icon aria-hidden strokeWidth={2.2} className={`size-3.5 ${spins ? "animate-spin" : ""}`} />
      {statusText(task)}
    </span>
  );
}
