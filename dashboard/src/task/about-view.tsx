import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { TaskDetail } from "../api/machine";
import { costKind, dollars, duration, fullTime, statusText, tokens } from "../domain/format";
import { conversationOf, hasEnded, workedSeconds } from "../domain/task";
import { useMayAct, useSignal, useStatus, useTaskView } from "../live/hooks";
import { Button } from "../parts/button";
import { Section } from "../parts/page";
import { When } from "../parts/when";
import { sourceName } from "../tasks/filter";
import { usePeople } from "../tasks/filters";
import { type Origin, originOf } from "./origin";

const GiveAway = lazy(() => import("./give-away"));

/** All that is known of a task beside what was said: who chose the agent and why, its limits, what it used. */
export function About({ task }: { task: TaskDetail }) {
  const { routing, limits, parent_task_id: parent } = task;
  const inFleet = useStatus().data?.in_fleet ?? false;
  const kind = costKind(task.cost_kind, task.estimated);
  const named = usePeopleNames();
  return (
    <div className="h-full overflow-y-auto px-4 py-5 sm:px-6">
      <div className="mx-auto max-w-[50rem]">
        <Section title="Routing" actions={<Correct task={task} />}>
          <Facts
            facts={{
              Agent: (
                <Link
                  to="/agents/$name"
                  params={{ name: task.assigned_agent }}
                  className="text-accent underline"
                >
                  {task.assigned_agent}
                </Link>
              ),
              Why: routing?.reason ?? "It was named with the task.",
              "Second choice": routing?.runner_up,
              "Corrected by": routing?.corrected_by && named(routing.corrected_by),
              Source: sourceName(task.source),
            }}
          />
        </Section>
        {inFleet && <Machines task={task} />}
        <Section title="Use">
          <Facts
            facts={{
              Cost: `${dollars(task.cost_usd)} · ${kind.meaning}`,
              "Tokens in": tokens(task.input_tokens),
              "Tokens out": tokens(task.output_tokens),
              Cache: `${tokens(task.cache_read_tokens)} read, ${tokens(task.cache_creation_tokens)} written`,
              Worked: duration(workedSeconds(task, Date.now())),
              Attempts: task.attempt > 1 ? task.attempt : null,
            }}
          />
        </Section>
        <Section title="Limits">
          <Facts
            facts={{
              Time: duration(limits.timeout_seconds),
              Turns: limits.max_turns ?? "none",
              Cost: limits.max_budget_usd == null ? "none" : dollars(limits.max_budget_usd),
            }}
          />
        </Section>
        <Section title="Task">
          <Facts
            facts={{
              Status: statusText(task),
              Made: fullTime(task.created_at),
              Started: task.started_at && fullTime(task.started_at),
              Ended: task.completed_at && fullTime(task.completed_at),
              Id: <code className="font-mono text-xs">{task.task_id}</code>,
              Conversation: <ConversationId task={task} />,
              "Claude session": <code className="font-mono text-xs">{task.claude_session_id}</code>,
              "Began with": parent && (
                <Link to="/tasks/$taskId" params={{ taskId: parent }} className="text-accent underline">
                  another task
                </Link>
              ),
            }}
          />
        </Section>
        <Whence metadata={task.source_metadata} named={named} />
      </div>
    </div>
  );
}

/** That another agent should have had it: for those who may say so, of work. */
function Correct({ task }: { task: TaskDetail }) {
  const mayAct = useMayAct();
  const [isOpen, setIsOpen] = useState(false);
  if (!mayAct || task.lane === "chat") return null;
  return (
    <>
      <Button size="small" onClick={() => setIsOpen(true)}>
        Give it to another agent…
      </Button>
      {isOpen && (
        <Suspense>
          <GiveAway task={task} close={() => setIsOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** What a person is called, for those who see others; else the id. */
function usePeopleNames(): (userId: string) => string {
  const people = usePeople();
  return (userId) => people.find(({ user_id }) => user_id === userId)?.name ?? userId;
}

interface WhenceProps {
  metadata: TaskDetail["source_metadata"];
  named(userId: string): string;
}

function Whence({ metadata, named }: WhenceProps) {
  const facts = originOf(metadata);
  if (facts.length === 0) return null;
  return (
    <Section title="Where it came from">
      <Facts
        facts={Object.fromEntries(
          facts.map((fact) => [fact.name, <Fact key={fact.name} {...fact} said={named(fact.said)} />]),
        )}
      />
    </Section>
  );
}

function Fact({ said, href, search = {} }: Origin) {
  if (!href) return said;
  if (href.startsWith("/")) {
    return (
      <Link to={href} search={search} className="text-accent underline">
        {said}
      </Link>
    );
  }
  return (
    <a href={href} target="_blank" rel="noreferrer" className="text-accent underline">
      {said}
    </a>
  );
}

/** On which machine of a fleet it is, and how it came there. */
function Machines({ task }: { task: TaskDetail }) {
  const view = useTaskView(task.task_id);
  useSignal(view.version);
  const { moves } = view.conversation;
  return (
    <Section title="Machine">
      <Facts
        facts={{
          [hasEnded(task) ? "Was on" : "On"]: task.attempt > 0 && (
            <Link to="/machines" className="text-accent underline">
              {task.machine_id}
            </Link>
          ),
          "Waits for": task.waits_for,
          Moved: moves.length > 0 && (
            <ol>
              {moves.map(({ from, to, at }) => (
                <li key={at}>
                  from {from} to {to}, <When at={at} />
                </li>
              ))}
            </ol>
          ),
        }}
      />
    </Section>
  );
}

/** A conversation with the Brain has a page of its own; that of other work is this one. */
function ConversationId({ task }: { task: TaskDetail }) {
  const conversation = conversationOf(task);
  const id = <code className="font-mono text-xs">{task.conversation_id}</code>;
  if (conversation === null) return id;
  return (
    <Link
      to="/chat/$conversationId"
      params={{ conversationId: conversation }}
      className="text-accent underline"
    >
      {id}
    </Link>
  );
}

function Facts({ facts }: { facts: Readonly<Record<string, ReactNode>> }) {
  return (
    <dl className="grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-4 gap-y-1.5">
      {Object.entries(facts).map(
        ([name, value]) =>
          value != null &&
          value !== false &&
          value !== "" && (
            <div key={name} className="contents">
              <dt className="text-faint">{name}</dt>
              <dd className="numeric min-w-0 [overflow-wrap:anywhere]">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
