import { useNavigate } from "@tanstack/react-router";
import { Check, Pause, RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import { machine } from "../api/machine";
import { hasEnded, rests, type Task } from "../domain/task";
import { useLive } from "../live/hooks";
import { Button } from "../parts/button";

export interface Acting {
  busy: string | null;
  /** What did not work, and why; null while all is well. */
  fault: { name: string; error: unknown } | null;
  act(name: string, work: () => Promise<unknown>): Promise<void>;
}

/** One thing at a time, and what became of the last one. */
export function useActing(): Acting {
  const [busy, setBusy] = useState<string | null>(null);
  const [fault, setFault] = useState<Acting["fault"]>(null);
  const act: Acting["act"] = async (name, work) => {
    setBusy(name);
    setFault(null);
    try {
      await work();
    } catch (error) {
      setFault({ name, error });
    }
    setBusy(null);
  };
  return { busy, fault, act };
}

/** Interrupt and stop while there is something to stop; close what rests; retry when it is over. */
export function TaskActions({ task, acting }: { task: Task; acting: Acting }) {
  const { feed } = useLive();
  const navigate = useNavigate();
  const { busy, act } = acting;
  const stop = (mode: "interrupt" | "stop") =>
    act(mode === "interrupt" ? "Interrupt" : "Stop", () =>
      feed.send({ type: "task.stop", task_id: task.task_id, mode }),
    );
  const retry = () =>
    act("Retry", async () => {
      const again = await machine.retry(task.task_id);
      await navigate({ to: "/tasks/$taskId", params: { taskId: again.task_id } });
    });
  return (
    <div className="flex items-center gap-1.5">
      {task.status === "running" && (
        <Action
          name="Interrupt"
          hint="End this turn; the conversation stays open."
          busy={busy === "Interrupt"}
          Icon={Pause}
          act={() => void stop("interrupt")}
        />
      )}
      {!hasEnded(task) && (
        <Action
          name={rests(task) ? "Close" : "Stop"}
          hint={
            rests(task)
              ? "End the conversation; its last answer is the result."
              : "End the task and all its processes."
          }
          busy={busy === "Stop"}
          Icon={rests(task) ? Check : Square}
          act={() => void stop("stop")}
        />
      )}
      {hasEnded(task) && (
        <Action
          name="Retry"
          hint="Start a new task with the same wish."
          busy={busy === "Retry"}
          Icon={RotateCcw}
          act={() => void retry()}
        />
      )}
    </div>
  );
}

interface ActionProps {
  name: string;
  hint: string;
  busy: boolean;
  Icon: typeof Pause;
  act(): void;
}

function Action({ name, hint, busy, Icon, act }: ActionProps) {
  return (
    <Button
      size="small"
      title={hint}
      busy={busy}
      onClick={act}
      icon={<Icon aria-hidden className="size-3.5" />}
    >
      {name}
    </Button>
  );
}
