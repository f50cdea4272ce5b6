import { Link } from "@tanstack/react-router";
import { useId } from "react";
import type { Machine } from "../api/machines";
import { hasEnded, pathOf, type Task } from "../domain/task";
import { useTasks } from "../live/hooks";
import { Meter } from "../parts/meter";
import { Notice } from "../parts/notice";
import { Mark } from "../parts/page";
import { StatusIcon } from "../parts/status";
import { When } from "../parts/when";
import { MachineActions } from "./actions";
import { busyShare, computerText, isPresent, ROLES, STATES, tasksText } from "./words";

const SHOWN = 5;

interface Props {
  machine: Machine;
  /** Whether most others run another version. */
  isOdd: boolean;
  mayChange: boolean;
}

/** One machine: how it is, what it has to do, what can be done with it. */
export function MachineCard({ machine, isOdd, mayChange }: Props) {
  const { machine_id: name, role, state, labels, version, current } = machine;
  const id = useId();
  return (
    <article aria-labelledby={id} className="flex h-full flex-col gap-3 rounded-lg border p-4">
      <header className="flex flex-wrap items-start justify-between gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-40">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <h2 id={id} className="font-semibold [overflow-wrap:anywhere]">
              {name}
            </h2>
            <Mark tone={STATES[state].tone}>{STATES[state].name}</Mark>
          </div>
          <p className="text-soft text-xs">
            {ROLES[role]}
            {current && " · answers you now"}
          </p>
        </div>
        {mayChange && <MachineActions machine={machine} />}
      </header>
      <Load machine={machine} />
      {machine.held_back && <Notice title="It starts nothing.">{machine.held_back}</Notice>}
      <dl className="grid grid-cols-[minmax(5rem,auto)_1fr] gap-x-4 gap-y-1 text-xs">
        <dt className="text-faint">Version</dt>
        <dd className="flex flex-wrap items-center gap-x-2 gap-y-1">
          {version}
          {isOdd && <Mark tone="warn">differs</Mark>}
        </dd>
        {labels.length > 0 && (
          <>
            <dt className="text-faint">Labels</dt>
            <dd className="flex min-w-0 flex-wrap gap-1">
              {labels.map((label) => (
                <Mark key={label}>{label}</Mark>
              ))}
            </dd>
          </>
        )}
        <dt className="text-faint">{isPresent(machine) ? "Started" : "Last heard of"}</dt>
        <dd>
          <When at={isPresent(machine) ? machine.started_at : machine.seen_at} />
        </dd>
      </dl>
      <Tasks machine={machine} />
    </article>
  );
}

/** How many of its slots are in use, and how busy its computer is; of one that is not there, nothing. */
function Load({ machine }: { machine: Machine }) {
  const { slots, tasks, load } = machine;
  const share = busyShare(machine);
  const computer = computerText(load);
  if (!isPresent(machine)) return null;
  const text = share === null ? "runs no tasks" : `${tasks.running} of ${slots} slots busy`;
  return (
    <div>
      <p className="numeric mb-1.5 flex flex-wrap justify-between gap-x-3 text-xs">
        <span>{text}</span>
        <span className="text-soft">{computer}</span>
      </p>
      {share !== null && (
        <Meter
          label={`Slots in use on ${machine.machine_id}`}
          text={text}
          share={share}
          tone={toneOf(machine)}
        />
      )}
    </div>
  );
}

function toneOf({ state }: Machine): "plain" | "warn" {
  return state === "draining" ? "warn" : "plain";
}

/** What it has to do, as far as who looks may see it, with the way to all of it. */
function Tasks({ machine }: { machine: Machine }) {
  const { tasks } = useTasks();
  const here = tasks.filter((task) => task.machine_id === machine.machine_id && !hasEnded(task));
  if (machine.role === "web") return null;
  return (
    <div className="mt-auto border-t pt-3 text-xs">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-1">
        <span className="numeric text-soft">
          {tasksText(machine.tasks) || (here.length === 0 && "no tasks now")}
        </span>
        <Link
          to="/tasks"
          search={{ machine: machine.machine_id }}
          aria-label={`All tasks on ${machine.machine_id}`}
          className="min-h-6 text-accent underline"
        >
          All its tasks
        </Link>
      </p>
      {here.length > 0 && (
        <ul className="mt-1 space-y-0.5">
          {here.slice(0, SHOWN).map((task) => (
            <TaskLink key={task.task_id} task={task} />
          ))}
        </ul>
      )}
    </div>
  );
}

function TaskLink({ task }: { task: Task }) {
  return (
    <li>
      <Link
        to={pathOf(task)}
        className="-mx-1 flex min-h-6 items-center gap-2 rounded-md px-1 hover:bg-hover"
      >
        <StatusIcon task={task} className="size-3.5" />
        <span className="min-w-0 truncate text-sm">{task.title}</span>
      </Link>
    </li>
  );
}
