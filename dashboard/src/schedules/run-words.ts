import type { ScheduleRun } from "../api/schedules";

interface Told {
  said: string;
  tone: "plain" | "warn" | "bad";
  /** In a sentence; empty where there is nothing to say. */
  why: string;
  /** The task that was started, or the one that stood in the way. */
  taskId: string | null;
}

const TASK = /\btask_[a-z0-9]+/;

/** What became of a time of a schedule, in words. What this page does not know keeps its word. */
export function told({ outcome, why, by, task_id = null }: ScheduleRun): Told {
  switch (outcome) {
    case "started":
      return { said: by ? "Started by hand" : "Started", tone: "plain", why: "", taskId: task_id };
    case "skipped":
      return { said: "Left out", tone: "warn", why: inTheWay(why), taskId: TASK.exec(why)?.[0] ?? null };
    case "refused":
      return { said: "Could not start", tone: "bad", why, taskId: null };
    default:
      return { said: String(outcome), tone: "plain", why, taskId: task_id };
  }
}

/** Why a run was left out, without the ids of tasks: they are a link. */
function inTheWay(why: string): string {
  const many = /^(\d+) of its tasks have not ended/.exec(why);
  if (many) return `${many[1]} of its tasks had not ended yet.`;
  if (/^task_\S+ has not ended\.$/.test(why)) return "The one before it had not ended yet.";
  return why.replace(/^Missed: t/, "T");
}
