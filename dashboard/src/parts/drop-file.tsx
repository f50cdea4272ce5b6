import { FileUp } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { Button } from "./button";

interface Props {
  /** What is to be dropped, as in "Drop a .env file here". */
  title: string;
  hint: ReactNode;
  busy?: boolean;
  take(file: File): void;
}

/** A place to drop one file on, with a button that does the same. */
export function DropFile({ title, hint, busy = false, take }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file && !busy) take(file);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is for the mouse; the button inside does the same
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      data-testid="drop-zone"
      className={`flex flex-col items-center gap-3 rounded-xl border-2 border-dashed px-4 py-8 text-center transition-colors ${over ? "border-accent bg-tint" : "border-edge"}`}
    >
      <FileUp aria-hidden className="size-7 text-faint" strokeWidth={1.5} />
      <div>
        <p className="font-medium text-base">{title}</p>
        <div className="mt-1 text-soft">{hint}</div>
      </div>
      <Button busy={busy} onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={title}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) take(file);
          target.value = "";
        }}
      />
    </div>
  );
}
