import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { hasEnded, hasPlan, type Task } from "../domain/task";
import { keys } from "../live/cache";
import { useConnection, useLive, useSignal, useTask, useTaskView } from "../live/hooks";
import type { TaskView } from "../live/task-view";
import { isTyping } from "../pages/shortcuts";
import { Composer } from "../parts/composer";
import { useTitle } from "../parts/page";
import { Part } from "../parts/part";
import { Failed, Loading } from "../parts/states";
import { CarryOut } from "./carry-out";
import { useOthers } from "./earlier";
import { Outcome } from "./outcome";
import { TaskHeader } from "./task-header";
import { type Reading, Timeline } from "./timeline";
import { Toolbar } from "./toolbar";

const OtherViews = lazy(() => import("./other-views"));

export function TaskPage() {
  const { taskId } = useParams({ from: "/shell/tasks/$taskId" });
  // Another task is another page: nothing of the last one stays.
  return <OneTask key={taskId} taskId={taskId} />;
}

function OneTask({ taskId }: { taskId: string }) {
  const { views, unread } = useLive();
  const [round, setRound] = useState(0);
  const [finds, setFinds] = useState(false);
  const [reading] = useState<Reading>(() => ({ folds: new Map(), offset: null, sizes: [] }));
  const task = useTask(taskId);
  const search = useSearch({ from: "/shell/tasks/$taskId" });
  const view = search.view ?? "conversation";
  const find = useCallback(() => setFinds(true), []);
  useSlash(view === "conversation" ? find : null);
  useEffect(() => {
    unread.look(taskId);
    return () => unread.look(null);
  }, [unread, taskId]);
  useTitle(task.data?.title);
  if (task.error && !task.data) {
    return (
      <div className="mx-auto max-w-[44rem] p-6">
        <h1 className="sr-only">Task</h1>
        <Failed what="This task could not be loaded." error={task.error} retry={() => void task.refetch()} />
        <Link to="/" className="mt-4 inline-block text-accent underline">
          All tasks
        </Link>
      </div>
    );
  }
  const reload = () => {
    views.reload(taskId);
    setRound(round + 1);
  };
  return (
    <div className="flex h-full flex-col">
      {task.data ? <TaskHeader task={task.data} /> : <Loading label="Loading the task" lines={2} />}
      {task.data && <Outcome task={task.data} />}
      {task.data && (
        <Toolbar task={task.data} view={view} find={view === "conversation" ? find : undefined} />
      )}
      {view === "conversation" ? (
        <Conversation
          key={round}
          taskId={taskId}
          task={task.data}
          reload={reload}
          reading={reading}
          finds={finds}
          endFinding={() => setFinds(false)}
        />
      ) : (
        <div className="min-h-0 flex-1">
          <Part name={`The view ${view}`}>
            <Suspense fallback={<Loading label="Loading" lines={6} />}>
              {task.data && <OtherViews task={task.data} search={search} />}
            </Suspense>
          </Part>
        </div>
      )}
    </div>
  );
}

/** The slash opens the search, where nobody types. */
function useSlash(find: (() => void) | null): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target))
        return;
      if (!find || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      find();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [find]);
}

interface ConversationProps extends Place {
  taskId: string;
  task: Task | undefined;
  reload(): void;
}

/** Where somebody is, and what they look for. */
interface Place {
  reading: Reading;
  finds: boolean;
  endFinding(): void;
}

function Conversation({ taskId, task, reload, ...place }: ConversationProps) {
  const view = useTaskView(taskId);
  const { earlier, later } = useOthers(task);
  return (
    <>
      <div className="min-h-0 flex-1">
        <Body view={view} task={task} earlier={earlier} reload={reload} {...place} />
      </div>
      {task && (
        <footer className="mx-auto w-full max-w-[50rem] px-4 pb-4 sm:px-6">
          {hasPlan(task) && <CarryOut task={task} />}
          {later && <GoesOn task={later} />}
          <MessageBox task={task} />
        </footer>
      )}
    </>
  );
}

interface BodyProps extends Place {
  view: TaskView;
  task: Task | undefined;
  earlier: readonly Task[];
  reload(): void;
}

function Body({ view, task, earlier, reload, ...place }: BodyProps) {
  const state = useSignal(view.stream.state);
  const version = useSignal(view.version);
  if (state.kind === "failed") {
    return (
      <div className="mx-auto max-w-[50rem] p-6">
        <Failed
          what="The conversation could not be loaded."
          error={new Error(state.message)}
          retry={reload}
        />
      </div>
    );
  }
  if (version === 0 && state.kind === "live" && view.stream.last === 0 && task && hasEnded(task)) {
    return <p className="mx-auto max-w-[50rem] p-6 text-soft">What this task wrote is no longer kept.</p>;
  }
  if (version === 0) {
    return (
      <div className="mx-auto max-w-[50rem] p-6">
        <Loading label="Loading the conversation" lines={6} />
      </div>
    );
  }
  return <Timeline view={view} live={task?.status === "running"} earlier={earlier} {...place} />;
}

function GoesOn({ task }: { task: Task }) {
  return (
    <Link
      to="/tasks/$taskId"
      params={{ taskId: task.task_id }}
      className="mb-2 flex min-w-0 justify-end gap-1 text-soft text-xs hover:text-ink hover:underline"
    >
      <span className="shrink-0">Goes on:</span>
      <span className="truncate">{task.title}</span>
    </Link>
  );
}

function placeholder(task: Task): string {
  if (hasEnded(task)) return "Follow up…";
  return task.status === "running" ? "Say something while it works…" : "Reply…";
}

/** A message to a task that has ended starts one that follows up; the page goes there. */
function MessageBox({ task }: { task: Task }) {
  const { feed, client } = useLive();
  const navigate = useNavigate();
  const isOnline = useConnection().kind === "online";
  const send = async (message: string) => {
    const { data } = await feed.send({ type: "task.input", task_id: task.task_id, message });
    const taker = data?.task_id;
    if (typeof taker !== "string" || taker === task.task_id) return;
    void client.invalidateQueries({ queryKey: keys.conversation(task.conversation_id) });
    await navigate({ to: "/tasks/$taskId", params: { taskId: taker } });
  };
  return (
    <Composer
      draft={task.task_id}
      label="Message to the task"
      placeholder={isOnline ? placeholder(task) : "Not connected. What you write is kept."}
      sendLabel={hasEnded(task) ? "Start a follow-up" : "Send"}
      disabled={!isOnline}
      send={send}
    />
  );
}
