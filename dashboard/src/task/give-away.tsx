import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { handingOn, type RoutingRule } from "../api/handing-on";
import type { TaskDetail } from "../api/machine";
import { asksNothing, EMPTY_RULE } from "../definitions/routing";
import { RuleFields } from "../definitions/routing-fields";
import { hasEnded } from "../domain/task";
import { keys } from "../live/cache";
import { useAgents, useIsAdministrator, useLive } from "../live/hooks";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Choice } from "../parts/field";
import { Failed } from "../parts/states";
import { useActing } from "./task-actions";

/** What happens to the task when another agent gets it. */
export function whatHappens(task: Pick<TaskDetail, "status" | "started_at">): string {
  if (hasEnded(task)) return "A new task with the same wish starts there. This one stays as it is.";
  return task.status === "queued" && task.started_at === null
    ? "It has not begun, and goes there as it is."
    : "It is stopped here, and a new task with the same wish starts there.";
}

/** The rule to begin with: tasks of the same kind of event, where it came with one. */
export function ruleFor({ source, source_metadata: about }: TaskDetail): RoutingRule {
  const word = (value: unknown) => (typeof value === "string" && value !== "" ? [value] : []);
  return source === "webhook"
    ? { ...EMPTY_RULE, sources: word(about.provider), events: word(about.event) }
    : EMPTY_RULE;
}

/** A person's word on who should have had this task, and perhaps all that are like it. */
export default function GiveAway({ task, close }: { task: TaskDetail; close(): void }) {
  const { client } = useLive();
  const navigate = useNavigate();
  const mayRule = useIsAdministrator();
  const agents = (useAgents().data ?? []).filter(
    ({ name }) => name !== task.assigned_agent && name !== "brain",
  );
  const [chosen, setChosen] = useState("");
  const [rule, setRule] = useState<RoutingRule | null>(null);
  const { busy, fault, act } = useActing();
  const agent = chosen || (agents[0]?.name ?? "");
  const isReady = agent !== "" && (rule === null || !asksNothing(rule));
  const give = () =>
    act("Give it there", async () => {
      const given = await handingOn.giveTo(task.task_id, agent, !hasEnded(task), rule);
      void client.invalidateQueries({ queryKey: keys.task(task.task_id) });
      close();
      if (given.task.task_id !== task.task_id)
        await navigate({ to: "/tasks/$taskId", params: { taskId: given.task.task_id } });
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) void give();
  };
  return (
    <Dialog label="Give it to another agent" close={close}>
      <form onSubmit={submit} className="space-y-3 p-5">
        <h2 className="font-semibold text-base tracking-tight">Give it to another agent</h2>
        <p className="text-soft">{whatHappens(task)}</p>
        <Choice
          label="Agent"
          value={agent}
          change={setChosen}
          options={agents.map(({ name }) => [name, name] as const)}
          hint={agents.find(({ name }) => name === agent)?.description}
        />
        {mayRule && rule === null && (
          <Button size="small" onClick={() => setRule(ruleFor(task))}>
            From now on, all tasks like it…
          </Button>
        )}
        {rule && (
          <div>
            <p className="mb-1 text-soft">
              Tasks that fit this come to {agent} at once. What a line leaves empty does not matter.
            </p>
            <RuleFields
              rule={rule}
              index={0}
              faults={[]}
              change={(changes) => setRule({ ...rule, ...changes })}
              remove={() => setRule(null)}
            />
          </div>
        )}
        {fault && <Failed what="It was not given away." error={fault.error} />}
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy !== null} disabled={!isReady}>
            Give it to {agent}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
