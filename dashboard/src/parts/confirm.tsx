import { type ReactNode, useState } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Failed } from "./states";

interface Props {
  title: string;
  /** What the button says that does it: the verb. */
  action: string;
  children: ReactNode;
  act(): Promise<unknown>;
  close(): void;
}

/** A question before something that cannot simply be taken back. The safe answer has the focus. */
export function Confirm({ title, action, children, act, close }: Props) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
      close();
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return (
    <Dialog label={title} close={close}>
      <div className="space-y-3 p-5">
        <h2 className="font-semibold text-base tracking-tight">{title}</h2>
        <div className="text-soft">{children}</div>
        {error !== null && <Failed what="That did not work." error={error} />}
        <div className="flex justify-end gap-2 pt-1">
          <Button autoFocus onClick={close}>
            Cancel
          </Button>
          <Button look="danger" busy={busy} onClick={() => void go()}>
            {action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
