import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { chats } from "../api/chat";
import type { Status } from "../api/machine";
import { hasEnded, needsAnswer } from "../domain/task";
import { useAgents, useStatus, useTasks } from "../live/hooks";
import { TaskList } from "../pages/task-list";
import { Composer } from "../parts/composer";
import { useIsWide } from "../parts/media";
import { Failed, Loading } from "../parts/states";
import { WhenNear } from "../parts/when-near";
import { useActing } from "../task/task-actions";
import { ActiveTasks } from "./active";
import { MachineStrip } from "./machine-strip";
import { RecentWebhooks } from "./recent-webhooks";
import { useHasSteps } from "./use-has-steps";

const FirstSteps = lazy(() => import("./first-steps"));
const Costs = lazy(() => import("./costs"));

interface Example {
  title: string;
  message: string;
}

/** What the demo model can play. The words after `demo:` are part of the program's interface. */
const EXAMPLES: readonly Example[] = [
  { title: "Make a plan", message: "Plan how to add a health check to a small web service." },
  { title: "Edit a file", message: "Write a short greeting into a file. demo:edit" },
  { title: "Ask me a question", message: "Set up a new project, and ask me what you need to know. demo:ask" },
  { title: "Ask for permission", message: "Run a command that needs my permission. demo:permission" },
  { title: "Take a while", message: "Tell me a long story, slowly. demo:slow" },
  { title: "Fail", message: "Show me what a failure looks like. demo:fail" },
];

// The Brain: it answers itself, or hands on what another agent does better.
const MACHINE = "brain";

/** What should be done, and how the machine stands: the page that everything begins on. */
export function StartPage() {
  const status = useStatus();
  const hasSteps = useHasSteps(status.data);
  const { tasks, active } = useTasks();
  const isAsking = hasSteps === undefined || (active.isPending && active.failureCount === 0);
  const loading = <Loading label="Loading the page" lines={6} />;
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto w-full max-w-[44rem] px-4 pt-8 pb-10 md:pt-[9vh]">
        {/* What waits, and first steps, stand above all else: nothing is shown that they would push down. */}
        {isAsking ? (
          loading
        ) : (
          <Suspense fallback={loading}>
            <ActiveTasks
              title="Needs your answer"
              label="Tasks that need your answer"
              className="mb-8"
              tasks={tasks.filter(needsAnswer)}
              status="waiting_input"
            />
            {hasSteps && status.data && <FirstSteps status={status.data} />}
            <Everything status={status.data} />
          </Suspense>
        )}
      </div>
    </div>
  );
}

function Everything({ status }: { status: Status | undefined }) {
  const start = useStart();
  const isWide = useIsWide();
  return (
    <>
      <Wish start={start} />
      {status && <Overview status={status} />}
      {status?.demo && <Examples start={start} />}
      {status && <RecentWebhooks />}
      {isWide || (
        <div className="-mx-2 mt-6">
          <TaskList only={hasEnded} />
        </div>
      )}
      {/* Last, since it comes late: there is nothing under it to be pushed down. */}
      <WhenNear>
        <Suspense>
          <Costs />
        </Suspense>
      </WhenNear>
    </>
  );
}

type Start = (message: string, agent?: string) => Promise<void>;

/** Says it to the machine, or to one agent, and goes to where it is answered. */
function useStart(): Start {
  const navigate = useNavigate();
  return async (message, agent = MACHINE) => {
    const said = await chats.say(agent === MACHINE ? { message } : { message, agent });
    // What is said to the machine itself is a conversation; what an agent was asked for is a task.
    if (agent === MACHINE)
      await navigate({ to: "/chat/$conversationId", params: { conversationId: said.conversation_id } });
    else await navigate({ to: "/tasks/$taskId", params: { taskId: said.task_id } });
  };
}

function Wish({ start }: { start: Start }) {
  const [agent, setAgent] = useState(MACHINE);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (!matchMedia("(pointer: coarse)").matches) box.current?.focus();
  }, []);
  return (
    <>
      <h1 className="mb-4 font-semibold text-xl tracking-tight">What should be done?</h1>
      <Composer
        draft="start"
        label="What should be done"
        placeholder="Ask for something, or describe a task…"
        sendLabel="Start the task"
        rows={3}
        inputRef={box}
        send={(message) => start(message, agent)}
      >
        <AgentPicker agent={agent} change={setAgent} />
      </Composer>
    </>
  );
}

function Overview({ status }: { status: Status }) {
  const { tasks, active } = useTasks();
  return (
    <>
      <MachineStrip status={status} />
      <ActiveTasks
        title="Active tasks"
        tasks={tasks.filter((task) => !hasEnded(task) && !needsAnswer(task))}
        status="active"
        hasMore={active.data?.hasMore ?? false}
      />
    </>
  );
}

function AgentPicker({ agent, change }: { agent: string; change(agent: string): void }) {
  const agents = useAgents();
  if (!agents.data?.length) return null;
  const chosen = agents.data.find(({ name }) => name === agent);
  return (
    <select
      aria-label="Agent"
      title={chosen?.description}
      value={agent}
      onChange={(event) => change(event.target.value)}
      className="h-7 max-w-full rounded-md border-0 bg-transparent pr-1 text-soft text-xs hover:bg-hover hover:text-ink"
    >
      <option value={MACHINE}>The machine</option>
      {agents.data
        .filter(({ name }) => name !== MACHINE)
        .map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
    </select>
  );
}

function Examples({ start }: { start: Start }) {
  const { busy, fault, act } = useActing();
  const run = (message: string) => void act(message, () => start(message));
  return (
    <section aria-labelledby="examples" className="mt-8">
      <h2 id="examples" className="mb-2 text-soft">
        Try one of these with the demo model
      </h2>
      {fault && (
        <div className="mb-2">
          <Failed what="That was not started." error={fault.error} />
        </div>
      )}
      <ul className="grid gap-2 sm:grid-cols-2">
        {EXAMPLES.map(({ title, message }) => (
          <li key={title}>
            <button
              type="button"
              disabled={busy !== null}
              onClick={() => run(message)}
              className="flex h-full w-full flex-col items-start rounded-lg border bg-raised px-3 py-2.5 text-left transition-colors hover:border-edge hover:bg-hover disabled:opacity-60"
            >
              <span className="block font-medium">{title}</span>
              <span className="mt-0.5 block text-soft text-xs">{message}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
