import { useState } from "react";
import { machine } from "../api/machine";
import type { Task } from "../domain/task";
import { Button } from "../parts/button";
import { copyText } from "../parts/clipboard";
import { Dialog } from "../parts/dialog";
import { Failed } from "../parts/states";
import { useActing } from "./task-actions";

/** The agent's text, and everything that happened, to be kept elsewhere. */
export default function TakeAway({ task, close }: { task: Task; close(): void }) {
  const acting = useActing();
  const [copied, setCopied] = useState(false);
  const text = `/api/tasks/${task.task_id}/output`;
  const copy = (near: Element) =>
    acting.act("Copy", async () => {
      await copyText(await machine.output(task.task_id), near);
      setCopied(true);
    });
  const events = () =>
    acting.act("Download", async () => save(`${task.task_id}.jsonl`, await allEvents(task.task_id)));
  const link =
    "inline-flex h-8 items-center rounded-md border border-edge bg-raised px-3 font-medium hover:bg-hover";
  return (
    <Dialog label="Copy or download" close={close}>
      <div className="space-y-4 p-5">
        <h2 className="font-semibold text-base tracking-tight">Copy or download</h2>
        <section className="space-y-2" aria-label="The agent's text">
          <p className="text-soft">All that the agent has written, as plain text.</p>
          <p className="flex flex-wrap items-center gap-2">
            <a href={text} download={`${task.task_id}.txt`} className={link}>
              Download the text
            </a>
            <Button busy={acting.busy === "Copy"} onClick={(event) => void copy(event.currentTarget)}>
              {copied ? "Copied" : "Copy the text"}
            </Button>
          </p>
        </section>
        <section className="space-y-2" aria-label="The events">
          <p className="text-soft">Everything that happened, one event a line, as JSON.</p>
          <Button busy={acting.busy === "Download"} onClick={() => void events()}>
            Download the events
          </Button>
        </section>
        {acting.fault && <Failed what={`${acting.fault.name} did not work.`} error={acting.fault.error} />}
        <div className="flex justify-end">
          <Button onClick={close}>Close</Button>
        </div>
      </div>
    </Dialog>
  );
}

async function allEvents(taskId: string): Promise<Blob> {
  const lines: string[] = [];
  for (let after = 0; ; ) {
    const { events, last_seq } = await machine.events(taskId, after);
    lines.push(...events.map((event) => `${JSON.stringify(event)}\n`));
    after = events.at(-1)?.seq ?? last_seq;
    if (events.length === 0 || after >= last_seq) break;
  }
  return new Blob(lines, { type: "application/jsonl" });
}

function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after this.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
