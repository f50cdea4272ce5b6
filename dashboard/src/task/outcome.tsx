import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { machine, type TaskDetail } from "../api/machine";
import { problemOf } from "../api/problem";
import { hasEnded } from "../domain/task";
import { useActing } from "./task-actions";
import { ShowDiff } from "./task-diff";

const REPLY_MS = 5_000;

const REPLIES: Readonly<Record<NonNullable<TaskDetail["reply"]>["state"], string>> = {
  due: "will be written where the event came from",
  sending: "is being written where the event came from",
  sent: "stands where the event came from",
  given_up: "could not be written",
  not_wanted: "was not written",
};

/** Why this agent has it, what became of the code, and of the answer to where it came from. */
export function Outcome({ task }: { task: TaskDetail }) {
  const isOver = hasEnded(task);
  // What is known only at the end does not come with the feed.
  const { data, refetch } = useQuery({
    queryKey: ["outcome", task.task_id],
    queryFn: () => machine.task(task.task_id),
    enabled: isOver && (task.code !== null || task.source === "webhook"),
    refetchInterval: (query) =>
      ["due", "sending"].includes(query.state.data?.reply?.state ?? "") ? REPLY_MS : false,
  });
  const { routing, code, changes, reply } = data ?? task;
  if (!code && !reply) return null;
  const again = () => void refetch();
  return (
    <section
      aria-label="Where it stands"
      className="flex flex-wrap items-center gap-x-5 gap-y-1 border-b px-4 py-1.5 text-soft text-xs sm:px-6"
    >
      {routing?.reason && <Fact name="Agent">{routing.reason}</Fact>}
      {code && (
        <Fact name="Code">
          {code.repository} {changes && <Changed changes={changes} />}{" "}
          {isOver && <ShowDiff taskId={task.task_id} />}{" "}
          {isOver && changes?.unpushed && (
            <Do name="Push the branch" act={() => machine.push(task.task_id)} done={again} />
          )}
        </Fact>
      )}
      {reply && <Answer reply={reply} />}
      {reply?.state === "given_up" && (
        <Do name="Try again" act={() => machine.replyAgain(task.task_id)} done={again} />
      )}
    </section>
  );
}

/** A button among words; what went wrong stands beside it. */
function Do({ name, act, done }: { name: string; act(): Promise<unknown>; done(): void }) {
  const acting = useActing();
  const go = () =>
    acting.act(name, async () => {
      await act();
      done();
    });
  return (
    <>
      <button
        type="button"
        disabled={acting.busy !== null}
        onClick={() => void go()}
        className="min-h-6 text-accent underline disabled:opacity-55"
      >
        {name}
      </button>
      {acting.fault && (
        <span role="alert" className="text-bad">
          {problemOf(acting.fault.error).message}
        </span>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <span className="min-w-0 [overflow-wrap:anywhere]">
      <span className="text-faint">{name}:</span> {children}
    </span>
  );
}

function Changed({ changes }: { changes: NonNullable<TaskDetail["changes"]> }) {
  const { files, insertions, deletions, uncommitted, unpushed } = changes;
  return (
    <span className="numeric" title={changes.branch}>
      {files} {files === 1 ? "file" : "files"} <span className="text-good">+{insertions}</span>{" "}
      <span className="text-bad">-{deletions}</span>
      {uncommitted && ", not all committed"}
      {unpushed && ", not pushed"}
    </span>
  );
}

function Answer({ reply }: { reply: NonNullable<TaskDetail["reply"]> }) {
  const isSafe = reply.url.startsWith("https://") || reply.url.startsWith("http://");
  return (
    <Fact name="Answer">
      {REPLIES[reply.state]}
      {reply.last_error && reply.state !== "sent" && `: ${reply.last_error}`}{" "}
      {isSafe && (
        <a href={reply.url} target="_blank" rel="noreferrer" className="text-accent underline">
          Open it
        </a>
      )}
    </Fact>
  );
}
