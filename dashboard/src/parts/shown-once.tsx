import { Fragment, type ReactNode } from "react";
import { Button } from "./button";
import { CopyButton } from "./copy";
import { Dialog } from "./dialog";

interface Props {
  title: string;
  secret: string;
  /** What to do with it now. */
  children: ReactNode;
  close(): void;
}

/** A secret that is never shown again. Closed by its button alone: anything else would lose it. */
export function ShownOnce({ title, secret, children, close }: Props) {
  return (
    <Dialog label={title} close={close} isLocked>
      <div className="space-y-3 p-5">
        <h2 className="font-semibold text-base tracking-tight [overflow-wrap:anywhere]">{title}</h2>
        <div className="text-soft">{children}</div>
        <CopyLine text={secret} label="Copy it" />
        <div className="flex justify-end pt-1">
          <Button autoFocus look="primary" onClick={close}>
            Done
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Something to be taken elsewhere, with the button that copies it. A word of a command is only broken when it is too long. */
export function CopyLine({ text, label }: { text: string; label: string }) {
  return (
    <div className="flex min-h-9 min-w-0 items-center justify-between gap-2 rounded-md border bg-sunken py-1 pr-1 pl-3">
      <code data-testid="secret" className="min-w-0 font-mono text-xs [overflow-wrap:anywhere]">
        {text.split(" ").map((word, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the words of one line stand still
          <Fragment key={index}>
            {index > 0 && " "}
            <span className="inline-block max-w-full">{word}</span>
          </Fragment>
        ))}
      </code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
