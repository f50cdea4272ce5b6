import { FileText, Image, LoaderCircle, TriangleAlert, X } from "lucide-react";
import type { Attachment } from "../api/chat";
import { bytes } from "../domain/definition";

const CHIP =
  "inline-flex h-7 min-w-0 max-w-full items-center gap-1.5 rounded-md border bg-raised px-2 text-xs";

/** Attached files, each with its size; `remove` where they can still be taken off. */
export function Chips({ files, remove }: { files: readonly Attachment[]; remove?: (id: string) => void }) {
  return (
    <ul aria-label="Attached files" className="flex min-w-0 flex-wrap [justify-content:inherit] gap-1.5">
      {files.map(({ attachment_id, name, media_type, size_bytes }) => {
        const Icon = media_type.startsWith("image/") ? Image : FileText;
        return (
          <li key={attachment_id} className={CHIP}>
            <Icon aria-hidden className="size-3.5 shrink-0 text-soft" />
            <span className="min-w-0 truncate" title={name}>
              {name}
            </span>
            <span className="numeric shrink-0 text-faint">{bytes(size_bytes)}</span>
            {remove && <Remove name={name} act={() => remove(attachment_id)} />}
          </li>
        );
      })}
    </ul>
  );
}

/** A file that is on its way. */
export function Sending({ name }: { name: string }) {
  return (
    <span role="status" className={CHIP}>
      <LoaderCircle aria-hidden className="size-3.5 shrink-0 animate-spin text-accent" />
      <span className="min-w-0 truncate">{name}</span>
      <span className="sr-only">is being sent</span>
    </span>
  );
}

/** A file that was not taken, and why. */
export function NotTaken({ name, why, remove }: { name: string; why: string; remove(): void }) {
  return (
    <p
      role="alert"
      className="flex max-w-full items-start gap-1.5 rounded-md border border-bad-line bg-bad-tint px-2 py-1 text-xs"
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0 text-bad" />
      <span className="min-w-0 [overflow-wrap:anywhere]">{why}</span>
      <Remove name={`the note about ${name}`} act={remove} />
    </p>
  );
}

function Remove({ name, act }: { name: string; act(): void }) {
  return (
    <button
      type="button"
      aria-label={`Remove ${name}`}
      title="Remove"
      onClick={act}
      className="-mr-1 inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-soft hover:bg-hover hover:text-ink"
    >
      <X aria-hidden className="size-3.5" />
    </button>
  );
}
