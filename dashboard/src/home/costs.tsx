import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { CostGroup, CostItem } from "../api/costs";
import { Breakdown, DayGraph } from "../costs/graph";
import { reportQuery } from "../costs/report-query";
import { byDay, dearest, KIND_TITLES, type Sums, sumsOf, todayKey } from "../costs/series";
import { dollarsIn } from "../domain/format";
import { useIsAdministrator } from "../live/hooks";
import { Failed, Loading } from "../parts/states";
import { sourceName } from "../tasks/filter";

const ALL_DAYS = 30;
const SHOWN = 5;

/** What work has cost, in short; nothing while nothing was used. Kinds of dollars are never added together. */
export default function Costs() {
  const report = useQuery(reportQuery("day", ALL_DAYS));
  if (report.error && !report.data) {
    return (
      <div className="mt-8">
        <Failed
          what="The costs could not be loaded."
          error={report.error}
          retry={() => void report.refetch()}
        />
      </div>
    );
  }
  const sums = sumsOf(report.data?.items ?? [], todayKey());
  if (!report.data || sums.length === 0) return null;
  return (
    <section aria-label="Costs" className="mt-8">
      <div className="mb-2 flex min-h-6 items-center justify-between gap-2">
        <h2 className="font-medium text-soft">Costs</h2>
        <Link to="/costs" className="text-accent text-xs underline">
          All about costs
        </Link>
      </div>
      <SumTable sums={sums} />
      <Graphs sums={sums} days={report.data.items} />
    </section>
  );
}

function SumTable({ sums }: { sums: readonly Sums[] }) {
  const inDollars = dollarsIn(sums.flatMap(({ today, week, all }) => [today, week, all]));
  return (
    <div className="rounded-lg border px-3.5 py-2">
      <table className="numeric w-full table-fixed text-right">
        <thead className="text-faint text-xs">
          <tr>
            <th scope="col" className="w-2/5 py-0.5 text-left font-normal">
              <span className="sr-only">Kind</span>
            </th>
            {["Today", "7 days", "30 days"].map((name) => (
              <th key={name} scope="col" className="py-0.5 font-normal">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sums.map(({ kind, today, week, all }) => (
            <tr key={kind}>
              <th scope="row" className="py-0.5 text-left font-normal text-soft">
                {KIND_TITLES[kind] ?? kind}
              </th>
              <td className="py-0.5">{inDollars(today)}</td>
              <td className="py-0.5">{inDollars(week)}</td>
              <td className="py-0.5 font-medium">{inDollars(all)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const TIMES = [
  ["30", "30 days"],
  ["7", "7 days"],
  ["1", "today"],
] as const;
type Time = (typeof TIMES)[number][0];

const GROUPS: readonly (readonly [CostGroup, string])[] = [
  ["day", "by day"],
  ["agent", "by agent"],
  ["source", "by source"],
  ["user", "by person"],
];

/** The same as a graph of days, or broken down, for the time that is chosen. */
function Graphs({ sums, days }: { sums: readonly Sums[]; days: readonly CostItem[] }) {
  const seesOthers = useIsAdministrator();
  const [time, setTime] = useState<Time>("30");
  const [chosen, setChosen] = useState<CostGroup>("day");
  const count = Number(time);
  // A single day makes no graph.
  const group = count === 1 && chosen === "day" ? "agent" : chosen;
  const groups = GROUPS.filter(([key]) => (key !== "day" || count > 1) && (key !== "user" || seesOthers));
  return (
    <>
      <div className="mt-3 mb-1 flex gap-1">
        <Picker<Time> label="Costs of" value={time} options={TIMES} change={setTime} />
        <Picker<CostGroup> label="Costs by" value={group} options={groups} change={setChosen} />
      </div>
      <div className="min-h-52">
        {group === "day" ? (
          sums.map(({ kind }) => (
            <div key={kind} className="mb-3">
              {sums.length > 1 && <p className="mb-1 text-faint text-xs">{KIND_TITLES[kind] ?? kind}</p>}
              <DayGraph
                points={byDay(
                  days.filter(({ cost_kind }) => cost_kind === kind),
                  count,
                  todayKey(),
                )}
                kind={KIND_TITLES[kind] ?? kind}
              />
            </div>
          ))
        ) : (
          <Parts group={group} days={count} />
        )}
      </div>
    </>
  );
}

function Parts({ group, days }: { group: CostGroup; days: number }) {
  const { data, error, refetch } = useQuery(reportQuery(group, days));
  if (error && !data) {
    return <Failed what="The costs could not be loaded." error={error} retry={() => void refetch()} />;
  }
  if (!data) return <Loading label="Loading the costs" lines={5} />;
  if (data.totals.length === 0) return <p className="py-2 text-soft">Nothing was used.</p>;
  const labelled = data.items.map((item) =>
    group === "source" ? { ...item, label: sourceName(item.key) } : item,
  );
  const title = { agent: "Agent", source: "Source", user: "Person", day: "Day" }[group];
  return data.totals.map(({ cost_kind }) => (
    <div key={cost_kind} className="mb-3">
      {data.totals.length > 1 && <p className="text-faint text-xs">{KIND_TITLES[cost_kind] ?? cost_kind}</p>}
      <Breakdown
        title={title}
        points={dearest(
          labelled.filter((item) => item.cost_kind === cost_kind),
          SHOWN,
        )}
      />
    </div>
  ));
}

interface PickerProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  change(value: T): void;
}

function Picker<T extends string>({ label, value, options, change }: PickerProps<T>) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => change(event.target.value as T)}
      className="h-7 rounded-md border-0 bg-transparent pr-1 text-soft text-xs hover:bg-hover hover:text-ink"
    >
      {options.map(([key, name]) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </select>
  );
}
