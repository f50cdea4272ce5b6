import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ScheduleRun, schedules } from "../api/schedules";
import { timeIn } from "../domain/format";
import { keys } from "../live/cache";
import { Mark, Section } from "../parts/page";
import { Failed, Loading } from "../parts/states";
import { When } from "../parts/when";
import { told } from "./run-words";

/** What became of its last times. */
export function LastRuns({ name, zone }: { name: string; zone: string }) {
  const runs = useQuery({
    queryKey: [...keys.definition("schedules", name), "runs"],
    queryFn: () => schedules.runs(name),
    refetchOnMount: "always",
  });
  return (
    <Section title="Last runs">
      {runs.error && !runs.data && (
        <Failed what="They could not be loaded." error={runs.error} retry={() => void runs.refetch()} />
      )}
      {runs.isPending && <Loading label="Loading the last runs" lines={2} />}
      {runs.data?.length === 0 && <p className="text-soft">It has not run yet.</p>}
      {runs.data && runs.data.length > 0 && (
        <ol className="divide-y rounded-lg border">
          {runs.data.map((run) => (
            <Run key={run.run_id} run={run} zone={zone} />
          ))}
        </ol>
      )}
    </Section>
  );
}

function Run({ run, zone }: { run: ScheduleRun; zone: string }) {
  const { said, tone, why, taskId } = told(run);
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-3.5 py-2">
      <time dateTime={run.at} className="numeric shrink-0 text-soft">
        {timeIn(run.at, zone)}
      </time>
      <span className="text-faint text-xs">
        <When at={run.at} />
      </span>
      <Mark tone={tone}>{said}</Mark>
      <span className="min-w-0 flex-1 text-soft text-xs [overflow-wrap:anywhere]">{why}</span>
      {taskId && (
        <Link to="/tasks/$taskId" params={{ taskId }} className="shrink-0 text-accent underline">
          Open the task
        </Link>
      )}
    </li>
  );
}
