import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { schedules } from "../api/schedules";
import { CodeFact } from "../definitions/code-fold";
import { DetailPage, Facts } from "../definitions/detail-page";
import { kindPages } from "../definitions/kind-pages";
import { KINDS } from "../definitions/kinds";
import { NextRuns } from "../definitions/next-runs";
import { keys } from "../live/cache";
import { useIsAdministrator } from "../live/hooks";
import { Button } from "../parts/button";
import { Section } from "../parts/page";
import { Failed } from "../parts/states";
import { useActing } from "../task/task-actions";
import { LastRuns } from "./last-runs";
import { scheduleForm, scheduleSpec } from "./spec";
import { MISSED, OVERLAPS } from "./words";

export const { List: SchedulesPage, Edit: EditSchedulePage } = kindPages({
  kind: KINDS.schedules,
  spec: scheduleSpec,
  api: schedules,
  formOf: scheduleForm,
});

export function SchedulePage() {
  const { name } = useParams({ from: "/shell/schedules/$name" });
  return (
    <DetailPage key={name} kind={KINDS.schedules} name={name} api={schedules}>
      {(schedule) => (
        <>
          <Section title="When" actions={<RunNow name={name} />}>
            <Facts
              facts={{
                "In words": schedule.words,
                Expression: <code className="font-mono text-xs">{schedule.cron}</code>,
                "Time zone": schedule.timezone,
                "Next runs": schedule.paused ? (
                  "none: it is paused"
                ) : (
                  <NextRuns runs={schedule.next_runs} zone={schedule.timezone} />
                ),
              }}
            />
          </Section>
          <Section title="Task">
            <Facts
              facts={{
                Agent: schedule.agent ?? "the machine decides",
                Message: <span className="whitespace-pre-wrap">{schedule.message}</span>,
                Code: schedule.code && <CodeFact code={schedule.code} />,
                "If the last one still runs": OVERLAPS[schedule.overlap][1],
                "If a time was missed": MISSED[schedule.missed][1],
              }}
            />
          </Section>
          <LastRuns name={name} zone={schedule.timezone} />
        </>
      )}
    </DetailPage>
  );
}

/** Starts its task at once, and goes there. */
function RunNow({ name }: { name: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const acting = useActing();
  const mayRun = useIsAdministrator();
  if (!mayRun) return null;
  const run = () =>
    acting.act("Run now", async () => {
      const { task_id } = await schedules.run(name);
      void client.invalidateQueries({ queryKey: keys.definitions("schedules") });
      await navigate({ to: "/tasks/$taskId", params: { taskId: task_id } });
    });
  return (
    <div className="flex flex-col items-end gap-2">
      <Button
        size="small"
        busy={acting.busy !== null}
        icon={<Play aria-hidden className="size-3.5" />}
        onClick={() => void run()}
      >
        Run now
      </Button>
      {acting.fault && <Failed what="It was not started." error={acting.fault.error} />}
    </div>
  );
}
