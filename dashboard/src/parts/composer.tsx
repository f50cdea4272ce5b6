import { ArrowUp, LoaderCircle } from "lucide-react";
import { type KeyboardEvent, type ReactNode, type Ref, useId, useRef, useState } from "react";
import { useDraft } from "./draft";
import { Failed } from "./states";

interface Props {
  /** Under this name the unsent text is kept. */
  draft: string;
  label: string;
  placeholder: string;
  sendLabel: string;
  rows?: number;
  disabled?: boolean;
  inputRef?: Ref<HTMLTextAreaElement>;
  /** Stands left of the button. */
  children?: ReactNode;
  /** Sends the text; when it rejects, the text stays and the reason is shown. */
  send(text: string): Promise<unknown>;
}

const BOX = "rounded-xl border border-edge bg-raised transition-colors focus-within:border-accent";

/** What is left of a text when a part of it was sent: all that was written meanwhile. */
export function unsent(text: string, sent: string): string {
  return text.startsWith(sent) ? text.slice(sent.length).trimStart() : text;
}

/** Enter sends where there is a keyboard; on a touch screen it makes a line. */
function sends(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" || event.nativeEvent.isComposing) return false;
  if (event.metaKey || event.ctrlKey) return true;
  return !event.shiftKey && !matchMedia("(pointer: coarse)").matches;
}

export function Composer({
  draft,
  label,
  placeholder,
  sendLabel,
  rows = 1,
  disabled = false,
  inputRef,
  children,
  send,
}: Props) {
  const [text, setText] = useDraft(draft);
  const newest = useRef(text);
  newest.current = text;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const id = useId();
  const submit = async () => {
    if (busy || disabled || text.trim() === "") return;
    setBusy(true);
    setError(null);
    try {
      await send(text);
      setText(unsent(newest.current, text));
    } catch (reason) {
      setError(reason);
    }
    setBusy(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      className="space-y-2"
    >
      {error !== null && <Failed what="Your message was not sent." error={error} />}
      <div className={`${BOX} ${rows === 1 ? "flex items-end" : ""}`}>
        <label htmlFor={id} className="sr-only">
          {label}
        </label>
        <textarea
          id={id}
          ref={inputRef}
          rows={rows}
          value={text}
          placeholder={placeholder}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (!sends(event)) return;
            event.preventDefault();
            void submit();
          }}
          className="field-sizing-content block max-h-[40vh] w-full min-w-0 flex-1 resize-none px-3.5 py-2.5 text-base outline-none"
        />
        <div className="flex items-center gap-2 p-1.5 pl-2.5">
          <div className="min-w-0 flex-1">{children}</div>
          <SendButton label={sendLabel} busy={busy} disabled={disabled || text.trim() === ""} />
        </div>
      </div>
    </form>
  );
}

function SendButton({ label, busy, disabled }: { label: string; busy: boolean; disabled: boolean }) {
  const Icon = busy ? LoaderCircle : ArrowUp;
  return (
    <button
      type="submit"
      aria-label={label}
      title={label}
      disabled={disabled || busy}
      className="inline-flex size-8 shrink-0 items-center justify-center rounded-lg bg-fill text-white transition-colors enabled:hover:bg-fill-hover disabled:bg-hover disabled:text-faint"
    >
      <Icon aria-hidden strokeWidth={2.4} className={`size-4 ${busy ? "animate-spin" : ""}`} />
    </button>
  );
}
