import { useQueryClient } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { type WebhookDetail, webhooks } from "../api/webhooks";
import { fullTime } from "../domain/format";
import { keys } from "../live/cache";
import { useIsAdministrator } from "../live/hooks";
import { Button } from "../parts/button";
import { Notice } from "../parts/notice";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";

/** Triggers that failed too often in a row: they start nothing until a person says so. */
export function Paused({ webhook }: { webhook: WebhookDetail }) {
  const client = useQueryClient();
  const acting = useActing();
  const mayResume = useIsAdministrator();
  const { name, paused } = webhook;
  if (paused.length === 0) return null;
  const resume = () =>
    acting.act("Resume", async () => {
      await webhooks.resume(name);
      await client.invalidateQueries({ queryKey: keys.definitions("webhooks") });
    });
  return (
    <div className="mb-5 space-y-2">
      <Notice title={paused.length === 1 ? "A trigger is paused." : `${paused.length} triggers are paused.`}>
        <p>What comes in is stored and starts nothing. It can be replayed after you resume.</p>
        <ul className="mt-1">
          {paused.map(({ trigger, since, why }) => (
            <li key={trigger}>
              <span className="font-medium">{trigger}</span>, since {fullTime(since)}
              {why && `: ${why}`}
            </li>
          ))}
        </ul>
        {mayResume && (
          <Button
            size="small"
            className="mt-2"
            busy={acting.busy !== null}
            icon={<Play aria-hidden className="size-3.5" />}
            onClick={() => void resume()}
          >
            Resume
          </Button>
        )}
      </Notice>
      {acting.fault && <Failed what="It was not resumed." error={acting.fault.error} />}
    </div>
  );
}
