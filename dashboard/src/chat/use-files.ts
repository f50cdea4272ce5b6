import { useRef, useState } from "react";
import { type Attachment, chats } from "../api/chat";
import { problemOf } from "../api/problem";
import { useKept } from "../parts/draft";

export const MAX_FILES = 10;
const MAX_BYTES = 10 * 1024 * 1024;
const NONE: readonly Attachment[] = [];

interface Refused {
  key: number;
  name: string;
  why: string;
}

/** Files for the next message: sent to the machine as soon as they are chosen, and kept with the draft. */
export function useFiles(draft: string) {
  const [kept, keep] = useKept<readonly Attachment[]>(`${draft}:files`, NONE);
  const [sending, setSending] = useState<readonly string[]>([]);
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const known = useRef(kept);
  const count = useRef(0);
  const set = (files: readonly Attachment[]) => {
    known.current = files;
    keep(files.length === 0 ? NONE : files);
  };
  const refuse = (name: string, why: string) => {
    count.current += 1;
    const key = count.current;
    setRefused((before) => [...before, { key, name, why }]);
  };
  const send = async (file: File) => {
    setSending((before) => [...before, file.name]);
    try {
      if (file.size > MAX_BYTES) throw new Error(`${file.name} is too large: a file may have 10 MiB.`);
      set([...known.current, await chats.attach(file)]);
    } catch (error) {
      const { message, hint } = problemOf(error);
      refuse(file.name, `${message} ${hint}`.trim());
    }
    setSending((before) => before.toSpliced(before.indexOf(file.name), 1));
  };
  return {
    kept,
    sending,
    refused,
    /** Takes as many as a message may have. */
    async add(files: readonly File[]): Promise<void> {
      const room = Math.max(0, MAX_FILES - known.current.length - sending.length);
      const [over] = files.slice(room);
      if (over) refuse(over.name, `A message has at most ${MAX_FILES} files; ${over.name} is one too many.`);
      // One after the other: together they may be more than a request may hold.
      for (const file of files.slice(0, room)) await send(file);
    },
    remove: (id: string) => set(known.current.filter(({ attachment_id }) => attachment_id !== id)),
    forgive: (key: number) => setRefused((before) => before.filter((one) => one.key !== key)),
    /** Lets go of what was sent; what was added meanwhile is for the next message. */
    sent(files: readonly Attachment[]) {
      const ids = new Set(files.map(({ attachment_id }) => attachment_id));
      set(known.current.filter(({ attachment_id }) => !ids.has(attachment_id)));
      setRefused([]);
    },
  };
}

export type Files = ReturnType<typeof useFiles>;
