import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { type Chat, chats } from "../api/chat";
import { Button, IconButton } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { Dialog } from "../parts/dialog";
import { TextField } from "../parts/field";
import { Failed } from "../parts/states";
import { useChanged } from "./use-chats";

export function RenameButton({ chat, className = "" }: { chat: Chat; className?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton
        label={`Rename “${chat.title}”`}
        title="Rename"
        size="small"
        onClick={() => setOpen(true)}
        className={className}
      >
        <Pencil aria-hidden className="size-3.5" />
      </IconButton>
      {open && <Naming chat={chat} close={() => setOpen(false)} />}
    </>
  );
}

function Naming({ chat, close }: { chat: Chat; close(): void }) {
  const changed = useChanged();
  const [title, setTitle] = useState(chat.title);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      await chats.rename(chat.conversation_id, title.trim() || null);
      await changed(chat.conversation_id);
      close();
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return (
    <Dialog label="Rename the conversation" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
        className="space-y-3 p-5"
      >
        {error !== null && <Failed what="It was not renamed." error={error} />}
        <TextField
          label="Name"
          value={title}
          change={setTitle}
          hint="Empty: the beginning of its first message."
        />
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" busy={busy}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function DeleteButton({ chat, gone }: { chat: Chat; gone(): Promise<unknown> }) {
  const changed = useChanged();
  const [open, setOpen] = useState(false);
  const remove = async () => {
    await chats.remove(chat.conversation_id);
    await gone();
    await changed(chat.conversation_id);
  };
  return (
    <>
      <IconButton label="Delete the conversation" title="Delete" size="small" onClick={() => setOpen(true)}>
        <Trash2 aria-hidden className="size-3.5" />
      </IconButton>
      {open && (
        <Confirm title={`Delete “${chat.title}”?`} action="Delete" act={remove} close={() => setOpen(false)}>
          It goes from this list, and files that were attached are removed. Its messages stay in the list of
          tasks, with what they cost.
        </Confirm>
      )}
    </>
  );
}
