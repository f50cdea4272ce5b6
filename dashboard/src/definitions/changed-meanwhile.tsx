import { RefreshCw } from "lucide-react";
import { Button } from "../parts/button";
import { Notice } from "../parts/notice";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";

/** That somebody else has saved another version since this form was opened: neither undoes the other unseen. */
export function ChangedMeanwhile({ load }: { load(): Promise<unknown> }) {
  const acting = useActing();
  return (
    <div role="alert" className="space-y-2">
      <Notice title="Somebody else has changed it since you opened this form.">
        <p>
          It cannot be saved from here any more. Copy what you want to keep of yours, then load what is there
          now and change that.
        </p>
        <Button
          size="small"
          className="mt-2"
          busy={acting.busy !== null}
          icon={<RefreshCw aria-hidden className="size-3.5" />}
          onClick={() => void acting.act("Load", load)}
        >
          Load what is there now
        </Button>
      </Notice>
      {acting.fault && <Failed what="It was not loaded." error={acting.fault.error} />}
    </div>
  );
}
