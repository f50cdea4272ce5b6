import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { useId } from "react";
import { handingOn } from "../api/handing-on";
import { carrierOf, type Task } from "../domain/task";
import { useMayAct } from "../live/hooks";
import { Button } from "../parts/button";
import { forgetKept, useKept } from "../parts/draft";
import { TEXT_AREA } from "../parts/field";
import { Failed } from "../parts/states";
import { StatusIcon } from "../parts/status";
import { useActing } from "./task-actions";

/** A plan is ready: a person has it carried out, or sees which task does it. */
export function CarryOut({ task }: { task: Task }) {
  const mayAct = useMayAct();
  const children = useQuery({
    queryKey: ["children", task.task_id],
    queryFn: () => handingOn.children(task.task_id),
    // Somebody else may have said so meanwhile.
    refetchOnMount: "always",
  });
  const carrier = carrierOf(children.data ?? []);
  if (!carrier && !mayAct) return null;
  return (
    <section aria-label="The plan" className="mb-2 space-y-2 rounded-xl border bg-raised py-2 pr-2 pl-3.5">
      {mayAct ? (
        <Form
          task={task}
          carrier={carrier}
          isKnown={!children.isPending}
          refused={() => void children.refetch()}
        />
      ) : (
        carrier && <Carrier task={carrier} />
      )}
    </section>
  );
}

function Carrier({ task }: { task: Task }) {
  return (
    <p className="flex min-w-0 flex-1 basis-60 items-center gap-2">
      <StatusIcon task={task} />
      <span className="shrink-0 text-soft">Carried out by</span>
      <Link
        to="/tasks/$taskId"
        params={{ taskId: task.task_id }}
        className="min-w-0 truncate text-accent underline"
      >
        {task.title}
      </Link>
    </p>
  );
}

interface FormProps {
  task: Task;
  /** The task that does it already: to do it once more has to be wanted on purpose. */
  carrier: Task | undefined;
  /** Whether it is known yet if there is one. */
  isKnown: boolean;
  refused(): void;
}

function Form({ task, carrier, isKnown, refused }: FormProps) {
  const navigate = useNavigate();
  const { busy, fault, act } = useActing();
  const kept = `plan:${task.task_id}`;
  const [says, setSays] = useKept(`${kept}:says`, false);
  const [comment, setComment] = useKept(`${kept}:comment`, "");
  const go = () =>
    act("Carry it out", async () => {
      const again = carrier !== undefined;
      // Refused because of another that does it already: that one is to be seen here.
      const { task_id } = await handingOn
        .carryOut(task.task_id, comment.trim() || null, again)
        .catch((error) => {
          refused();
          throw error;
        });
      forgetKept(kept);
      await navigate({ to: "/tasks/$taskId", params: { taskId: task_id } });
    });
  return (
    <>
      {fault && <Failed what="The plan was not handed on." error={fault.error} />}
      {says && <Comment text={comment} change={setComment} />}
      <div className="flex flex-wrap items-center gap-2">
        {carrier ? (
          <Carrier task={carrier} />
        ) : (
          <p className="min-w-0 flex-1 basis-60 text-soft">The plan is ready. The executor carries it out.</p>
        )}
        {!says && (
          <Button look="ghost" size="small" onClick={() => setSays(true)}>
            Add a comment…
          </Button>
        )}
        <Button
          look={carrier ? "secondary" : "primary"}
          size="small"
          busy={busy !== null}
          disabled={!isKnown}
          icon={<ListChecks aria-hidden className="size-3.5" />}
          onClick={() => void go()}
        >
          {carrier ? "Carry it out again" : "Carry it out"}
        </Button>
      </div>
    </>
  );
}

function Comment({ text, change }: { text: string; change(text: string): void }) {
  const id = useId();
  return (
    <div className="pr-1.5">
      <label htmlFor={id} className="mb-1 block text-soft text-xs">
        What the executor should know beside the plan
      </label>
      <textarea
        id={id}
        rows={2}
        maxLength={10_000}
        value={text}
        // biome-ignore lint/a11y/noAutofocus: it has just been opened by a click on purpose
        autoFocus
        onChange={(event) => change(event.target.value)}
        className={TEXT_AREA}
      />
    </div>
  );
}
