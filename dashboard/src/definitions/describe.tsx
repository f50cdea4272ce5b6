import { Link } from "@tanstack/react-router";
import { LoaderCircle, WandSparkles } from "lucide-react";
import { useEffect, useState } from "react";
import type { Drafted } from "../api/definitions";
import { describingTask } from "../domain/definition";
import { duration } from "../domain/format";
import { useLive } from "../live/hooks";
import { Button } from "../parts/button";
import { useDraft } from "../parts/draft";
import { TextField } from "../parts/field";
import { useNow } from "../parts/now";
import { Failed } from "../parts/states";
import { DefinitionEditor } from "./editor";
import type { Kind } from "./kinds";
import type { FormSpec } from "./spec";

export interface Describing {
  describe(wish: string): Promise<Drafted>;
}

interface Props<Form extends { name: string }> {
  kind: Kind;
  api: Describing;
  spec: FormSpec<Form>;
  saved(name: string): void;
}

type Stage =
  | { at: "wish"; error?: unknown }
  | { at: "writing"; since: number }
  | { at: "draft"; drafted: Drafted };

/** From words to a form that is filled in; nothing is saved before a person has looked at it. */
export function DescribeForm<Form extends { name: string }>({ kind, api, spec, saved }: Props<Form>) {
  const [wish, setWish] = useDraft(`describe:${kind.id}`);
  const [stage, setStage] = useState<Stage>({ at: "wish" });
  const taskId = useDescribingTask(kind, wish, stage.at === "writing");
  const again = () => setStage({ at: "wish" });
  const write = async () => {
    setStage({ at: "writing", since: Date.now() });
    try {
      setStage({ at: "draft", drafted: await api.describe(wish.trim()) });
    } catch (error) {
      setStage({ at: "wish", error });
    }
  };
  if (stage.at === "draft") {
    const { form, task_id } = stage.drafted;
    const done = (name: string) => {
      setWish("");
      saved(name);
    };
    return (
      <DefinitionEditor spec={spec} draft={{ ...spec.empty, ...(form as Form) }} saved={done} cancel={again}>
        <p role="status" className="rounded-lg border bg-tint px-3 py-2">
          This is a draft: read it, change what you like. It is saved when you press Create.{" "}
          <TaskLink id={task_id} text="The task that wrote it" />
        </p>
      </DefinitionEditor>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (wish.trim()) void write();
      }}
      className="max-w-[40rem] space-y-4"
    >
      {stage.at === "wish" && stage.error !== undefined && (
        <Failed what={`The ${kind.one} was not written.`} error={stage.error} />
      )}
      <TextField
        label={`What should the ${kind.one} do?`}
        rows={5}
        value={wish}
        change={setWish}
        placeholder={kind.wish}
        hint="In your own words. Claude Code fills in the form; you look at it before anything is saved."
        disabled={stage.at === "writing"}
      />
      {stage.at === "writing" && <Writing since={stage.since} taskId={taskId} />}
      <Button
        type="submit"
        look="primary"
        busy={stage.at === "writing"}
        disabled={wish.trim() === ""}
        icon={<WandSparkles aria-hidden className="size-3.5" />}
      >
        Write it
      </Button>
    </form>
  );
}

function TaskLink({ id, text }: { id: string; text: string }) {
  return (
    <Link to="/tasks/$taskId" params={{ taskId: id }} target="_blank" className="text-accent underline">
      {text}
    </Link>
  );
}

function Writing({ since, taskId }: { since: number; taskId: string | null }) {
  const now = useNow(1_000);
  return (
    <div className="flex items-center gap-2 rounded-lg border bg-raised px-3 py-2 text-soft">
      <LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin text-accent" />
      <span role="status">It is being written; that may take a minute or more.</span>
      <span className="numeric text-faint">{duration(Math.max(0, now - since) / 1000)}</span>
      {taskId && <TaskLink id={taskId} text="Watch the task" />}
    </div>
  );
}

/** The task that writes a draft, as soon as the feed tells of it: the answer itself comes only at its end. */
function useDescribingTask(kind: Kind, wish: string, runs: boolean): string | null {
  const { feed } = useLive();
  const [taskId, setTaskId] = useState<string | null>(null);
  useEffect(() => {
    if (!runs) return setTaskId(null);
    const nothing = () => undefined;
    return feed.listen({
      event: (event) => setTaskId((known) => known ?? describingTask(event, kind.id, wish.trim())),
      ready: nothing,
      gone: nothing,
    });
  }, [feed, kind.id, wish, runs]);
  return taskId;
}
