import { useQueries } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import type { CostGroup, CostReport } from "../api/costs";
import { costKind, dollars, tokens } from "../domain/format";
import type { CostKind } from "../feed/wire";
import { useStatus } from "../live/hooks";
import { Page, Section, Tabs } from "../parts/page";
import { Empty, Failed, Loading } from "../parts/states";
import { sourceName } from "../tasks/filter";
import { Breakdown, DayGraph } from "./graph";
import { reportQuery } from "./report-query";
import { byDay, dearest, KIND_TITLES, todayKey } from "./series";

const SHOWN = 8;
const GROUPS = ["day", "agent", "source", "user"] as const;

const TABS = [
  { key: "1", name: "Today", link: { to: "/costs", search: { days: "1" } } },
  { key: "7", name: "7 days", link: { to: "/costs", search: { days: "7" } } },
  { key: "30", name: "30 days", link: { to: "/costs" } },
];

/** What work has cost; money, what a subscription covers and play money are never added together. */
export function CostsPage() {
  const { days = "30" } = useSearch({ from: "/shell/costs" });
  const isAdministrator = useStatus().data?.me.role === "administrator";
  return (
    <Page
      title="Costs"
      about={`What ${isAdministrator ? "all tasks" : "your tasks"} have used, by the day on which they were made.`}
    >
      <Tabs label="Time" tabs={TABS} current={days} />
      <Reports days={Number(days)} />
    </Page>
  );
}

function Reports({ days }: { days: number }) {
  const queries = useQueries({
    queries: GROUPS.map((group) => reportQuery(group, days)),
  });
  const failed = queries.find(({ error, data }) => error && !data);
  if (failed) {
    const retry = () => void Promise.all(queries.map(({ refetch }) => refetch()));
    return <Failed what="The costs could not be loaded." error={failed.error} retry={retry} />;
  }
  const [day, agent, source, user] = queries.map(({ data }) => data);
  if (!day || !agent || !source || !user) return <Loading label="Loading the costs" lines={8} />;
  if (day.totals.length === 0) {
    return <Empty title="Nothing was used">Tasks that are started in this time appear here.</Empty>;
  }
  const reports = { day, agent, source, user };
  return day.totals.map(({ cost_kind }) => (
    <Kind key={cost_kind} kind={cost_kind} days={days} reports={reports} />
  ));
}

interface KindProps {
  kind: CostKind;
  days: number;
  reports: Readonly<Record<CostGroup, CostReport>>;
}

function Kind({ kind, days, reports }: KindProps) {
  const total = reports.day.totals.find(({ cost_kind }) => cost_kind === kind);
  const of = (group: CostGroup) => reports[group].items.filter(({ cost_kind }) => cost_kind === kind);
  const sources = of("source").map((item) => ({ ...item, label: sourceName(item.key) }));
  if (!total) return null;
  return (
    <Section title={KIND_TITLES[kind] ?? kind}>
      <p className="numeric flex flex-wrap items-baseline gap-x-3">
        <span className="font-semibold text-xl tracking-tight">{dollars(total.cost_usd)}</span>
        <span className="text-soft">
          {total.tasks} {total.tasks === 1 ? "task" : "tasks"} · {tokens(total.input_tokens)} tokens in,{" "}
          {tokens(total.output_tokens)} out
        </span>
      </p>
      <p className="mb-4 text-faint text-xs">{costKind(kind, false).meaning}</p>
      {days > 1 && <DayGraph points={byDay(of("day"), days, todayKey())} kind={KIND_TITLES[kind] ?? kind} />}
      <div className="mt-5 grid items-start gap-6 lg:grid-cols-2">
        <Breakdown title="Agent" points={dearest(of("agent"), SHOWN)} />
        <Breakdown title="Source" points={dearest(sources, SHOWN)} />
        <Breakdown title="Person" points={dearest(of("user"), SHOWN)} />
      </div>
    </Section>
  );
}
