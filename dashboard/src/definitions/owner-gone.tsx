import { useQueryClient } from "@tanstack/react-query";
import { UserRoundCheck } from "lucide-react";
import { keys } from "../live/cache";
import { Button } from "../parts/button";
import { Notice } from "../parts/notice";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";
import type { Kind } from "./kinds";

export interface Ownable {
  name: string;
  /** Why it starts nothing, as administrators are told; empty while its owner may start tasks. */
  problem?: string;
}

interface Props {
  kind: Kind;
  item: Ownable;
  /** Makes it the reader's own. */
  takeOver(name: string): Promise<unknown>;
}

/** That the person in whose name something starts tasks may do so no more, and the way out. */
export function OwnerGone({ kind, item, takeOver }: Props) {
  const client = useQueryClient();
  const acting = useActing();
  if (!item.problem) return null;
  const take = () =>
    acting.act("Take it over", async () => {
      await takeOver(item.name);
      await client.invalidateQueries({ queryKey: keys.definitions(kind.id) });
    });
  return (
    <div className="mb-5 space-y-2">
      <Notice title={`This ${kind.one} starts nothing now.`}>
        <p>{item.problem}</p>
        <p>Taken over, it goes on in your name: what it starts from then on are your tasks.</p>
        <Button
          size="small"
          className="mt-2"
          busy={acting.busy !== null}
          icon={<UserRoundCheck aria-hidden className="size-3.5" />}
          onClick={() => void take()}
        >
          Take it over
        </Button>
      </Notice>
      {acting.fault && <Failed what="It was not taken over." error={acting.fault.error} />}
    </div>
  );
}
