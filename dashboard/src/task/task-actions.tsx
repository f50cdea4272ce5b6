import { useNavigate } from "@tanstack/react-router";
import { Pause, RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import { machine } from "../api/machine";
import { problemOf } from "../api/problem";
import { hasEnded, type Task } from "../domain/task";
import { useLive } from "../live/hooks";
import { Button } from "../parts/button";

/** Interrupt and stop while there is something to stop; retry when it is over. */
export function TaskActions({ task }: { task: Task }) {
  const { feed } = useLive();
  const navigate = useNavigate();
  const [busy, setBusy] = useState<string | null>(null);
  const [fault, setFault] = useState("");
  const act = async (name: string, work: () => Promise<unknown>) => {
    setBusy(name);
    setFault("");
    try {
      await work();
    } catch (error) {
      const { message, hint } = problemOf(error);
      setFault(`${message} ${hint}`);
    }
    setBusy(null);
  };
  const stop = (mode: "interrupt" | "stop") =>
    act(mode, () => feed.send({ type: "task.stop", task_id: task.task_id, mode }));
  const retry = () =>
    act("retry", async () => {
      const again = await machine.retry(task.task_id);
      await navigate({ to: "/tasks/$taskId", params: { taskId: again.task_id } });
    });
  return (
    <div className="flex items-center gap-1.5">
      {fault && (
        <span role="alert" title={fault} className="hidden max-w-80 truncate text-bad text-xs lg:inline">
          {fault}
        </span>
      )}
      {task.status === "running" && (
        <Action
          name="Interrupt"
          hint="End this turn; the conversation stays open."
          busy={busy === "interrupt"}
          Icon={Pause}
          act={() => void stop("interrupt")}
        />
      )}
      {!hasEnded(task) && (
        <Action
          name="Stop"
          hint="End the task and all its processes."
          busy={busy === "stop"}
          Icon={Square}
          act={() => void stop("stop")}
        />
      )}
      {hasEnded(task) && (
        <Action
          name="Retry"
          hint="Start a new task with the same wish."
          busy={busy === "retry"}
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
