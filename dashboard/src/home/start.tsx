import { lazy, Suspense } from "react";
import type { Status } from "../api/machine";
import { hasEnded, isWork, needsAnswer } from "../domain/task";
import { useStatus, useTasks } from "../live/hooks";
import { TaskList } from "../pages/task-list";
import { useIsWide } from "../parts/media";
import { useTitle } from "../parts/page";
import { Failed, Loading } from "../parts/states";
import { WhenNear } from "../parts/when-near";
import { useActing } from "../task/task-actions";
import { ActiveTasks } from "./active";
import { MachineStrip } from "./machine-strip";
import { RecentWebhooks } from "./recent-webhooks";
import { useHasSteps } from "./use-has-steps";
import { type Start, useStart } from "./use-start";
import { Wish } from "./wish";

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

/** What should be done, and how the machine stands: the page that everything begins on. */
export function StartPage() {
  useTitle();
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

function Overview({ status }: { status: Status }) {
  const { tasks, active } = useTasks();
  return (
    <>
      <MachineStrip status={status} />
      <ActiveTasks
        title="Active tasks"
        tasks={tasks.filter((task) => isWork(task) && !hasEnded(task) && !needsAnswer(task))}
        status="active"
        hasMore={active.data?.hasMore ?? false}
      />
    </>
  );
}

function Examples({ start }: { start: Start }) {
  const { busy, fault, act } = useActing();
  const run = (message: string) => void act(message, () => start({ message }));
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
