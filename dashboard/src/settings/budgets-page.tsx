import { type BudgetReport, budgets } from "../api/budgets";
import { people } from "../api/people";
import { keys } from "../live/cache";
import { useDefinitions } from "../live/hooks";
import { Section } from "../parts/page";
import { When } from "../parts/when";
import { BudgetLine } from "./budget-line";
import { linesOf, type Spender } from "./budget-words";
import { SettingsPart } from "./frame";
import { Loaded } from "./loaded";
import { Parked } from "./parked";
import { Nothing, Rows } from "./rows";
import { useFresh, useReport } from "./use-report";

const REFRESH_MS = 30_000;

/** What a day may cost: the machine, each person, each agent; and what waits because of it. */
export function BudgetsPage() {
  const report = useReport(keys.budgets, budgets.report, REFRESH_MS);
  return (
    <SettingsPart id="budgets">
      <Loaded query={report} what="The budgets">
        {(data) => <Budgets report={data} />}
      </Loaded>
    </SettingsPart>
  );
}

function Budgets({ report }: { report: BudgetReport }) {
  const persons = useFresh(keys.people, people.list);
  const agents = useDefinitions("agents");
  return (
    <>
      <p className="mb-5 max-w-[40rem] text-soft">
        A day begins at midnight UTC, the next one <When at={report.resets_at} />. Work on a subscription
        counts at what it would have cost over the API, though nobody is billed for it. What a used-up budget
        holds back goes on by itself the next day, or as soon as there is more.
      </p>
      <Parked />
      <Lines title="The machine" report={report} scope="machine" there={undefined} />
      <Lines
        title="People"
        report={report}
        scope="user"
        there={persons.data?.map(({ user_id, name }) => ({ name: user_id, label: name }))}
      />
      <Lines
        title="Agents"
        report={report}
        scope="agent"
        there={agents.data?.items.map(({ name }) => ({ name, label: name }))}
      />
    </>
  );
}

interface LinesProps {
  title: string;
  report: BudgetReport;
  scope: "machine" | "user" | "agent";
  there: readonly Spender[] | undefined;
}

function Lines({ title, report, scope, there }: LinesProps) {
  const lines = linesOf(report, scope, there);
  return (
    <Section title={title}>
      {lines.length === 0 ? (
        <Nothing>Nobody has spent anything today.</Nothing>
      ) : (
        <Rows label={title}>
          {lines.map((line) => (
            <BudgetLine key={line.name} line={line} />
          ))}
        </Rows>
      )}
    </Section>
  );
}
