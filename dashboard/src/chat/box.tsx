import { Paperclip, Square } from "lucide-react";
import { type ClipboardEvent, type DragEvent, type ReactNode, type Ref, useRef, useState } from "react";
import type { Message } from "../api/chat";
import { hasEnded } from "../domain/task";
import { CommandFailed } from "../feed/acks";
import { useConnection, useLive } from "../live/hooks";
import { Button, IconButton } from "../parts/button";
import { Composer } from "../parts/composer";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";
import { Chips, NotTaken, Sending } from "./chips";
import { type Files, useFiles } from "./use-files";

interface Props {
  draft: string;
  label: string;
  placeholder: string;
  sendLabel?: string;
  rows?: number;
  /** The newest message, which may still be worked on. */
  newest?: Message | undefined;
  inputRef?: Ref<HTMLTextAreaElement>;
  /** Stands beside the button for files. */
  children?: ReactNode;
  /** Sends the text and the ids of the files. */
  send(message: string, attachments: string[]): Promise<unknown>;
}

/** Where a message is written: with files, by choosing, dropping or pasting them. */
export function ChatBox({
  draft,
  label,
  placeholder,
  sendLabel = "Send",
  rows = 2,
  newest,
  inputRef,
  children,
  send,
}: Props) {
  const files = useFiles(draft);
  const [over, setOver] = useState(false);
  const isOffline = useConnection().kind === "offline";
  const isBusy = newest !== undefined && !hasEnded(newest);
  const submit = async (message: string) => {
    if (isOffline)
      throw new CommandFailed(
        "offline",
        "You are not connected to the machine.",
        "It stays here as a draft.",
      );
    if (files.sending.length > 0) throw new Error("A file is still on its way. Wait a moment, then send.");
    const { kept } = files;
    await send(
      message,
      kept.map(({ attachment_id }) => attachment_id),
    );
    files.sent(kept);
  };
  const take = (list: FileList | null, event: { preventDefault(): void }) => {
    const chosen = [...(list ?? [])];
    if (chosen.length === 0) return;
    event.preventDefault();
    void files.add(chosen);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping and pasting; the button inside does the same
    <div
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event: DragEvent) => {
        setOver(false);
        take(event.dataTransfer.files, event);
      }}
      onPaste={(event: ClipboardEvent) => take(event.clipboardData.files, event)}
      className={`space-y-2 rounded-xl ${over ? "outline-2 outline-accent outline-dashed outline-offset-4" : ""}`}
    >
      <FileLine files={files} />
      <Composer
        draft={draft}
        label={label}
        placeholder={isOffline ? "Not connected. What you write is kept." : placeholder}
        sendLabel={sendLabel}
        rows={rows}
        {...(inputRef ? { inputRef } : {})}
        send={submit}
      >
        <div className="flex items-center gap-1">
          <Attach add={files.add} />
          {isBusy && <Stop message={newest} />}
          {children}
        </div>
      </Composer>
    </div>
  );
}

function FileLine({ files }: { files: Files }) {
  const { kept, sending, refused, remove, forgive } = files;
  if (kept.length + sending.length + refused.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {kept.length > 0 && <Chips files={kept} remove={remove} />}
      {sending.map((name) => (
        <Sending key={name} name={name} />
      ))}
      {refused.map(({ key, name, why }) => (
        <NotTaken key={key} name={name} why={why} remove={() => forgive(key)} />
      ))}
    </div>
  );
}

function Attach({ add }: { add(files: readonly File[]): Promise<void> }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton
        label="Attach files"
        title="Attach files: text, pictures, PDF"
        size="small"
        onClick={() => input.current?.click()}
      >
        <Paperclip aria-hidden className="size-4" />
      </IconButton>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to attach"
        onChange={(event) => {
          void add([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}

/** Ends the answer; the next message goes on in the same conversation. */
function Stop({ message }: { message: Message }) {
  const { feed } = useLive();
  const { busy, fault, act } = useActing();
  return (
    <>
      <Button
        size="small"
        busy={busy !== null}
        title="End this answer. You can go on afterwards."
        onClick={() =>
          void act("Stop", () => feed.send({ type: "task.stop", task_id: message.task_id, mode: "stop" }))
        }
        icon={<Square aria-hidden className="size-3" fill="currentColor" />}
      >
        Stop
      </Button>
      {fault && <Failed what="It was not stopped." error={fault.error} />}
    </>
  );
}
