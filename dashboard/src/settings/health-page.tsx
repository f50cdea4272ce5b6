import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, RefreshCw, TriangleAlert } from "lucide-react";
import { type Health, health } from "../api/health";
import type { MachineWarning } from "../api/machine";
import { keys } from "../live/cache";
import { useStatus } from "../live/hooks";
import { Button } from "../parts/button";
import { When } from "../parts/when";
import { SettingsPart } from "./frame";
import { inOrder, type Seen, summary } from "./health-words";
import { Loaded } from "./loaded";
import { useReport } from "./use-report";

/** What `machine doctor` says. */
export function HealthPage() {
  const status = useStatus().data;
  const found = useReport(keys.health, health.get);
  return (
    <SettingsPart
      id="health"
      actions={
        <Button
          size="small"
          busy={found.isFetching}
          icon={<RefreshCw aria-hidden className="size-3.5" />}
          onClick={() => void found.refetch()}
        >
          Look again
        </Button>
      }
    >
      <Loaded query={found} what="The state of this computer">
        {(data) => <Report data={data} warnings={status?.warnings ?? []} />}
      </Loaded>
    </SettingsPart>
  );
}

function Report({ data, warnings }: { data: Health; warnings: readonly MachineWarning[] }) {
  const checks = inOrder(data.checks, warnings);
  return (
    <>
      <p className="mb-3">
        <b>{summary(checks)}</b>{" "}
        <span className="text-soft">
          Looked at <When at={data.at} />, as <code className="font-mono text-xs">machine doctor</code> does.
        </span>
      </p>
      <ul aria-label="What was looked at" className="divide-y rounded-lg border">
        {checks.map((one) => (
          <Check key={`${one.check} ${one.text}`} finding={one} />
        ))}
      </ul>
    </>
  );
}

const LOOKS = {
  ok: { Icon: CircleCheck, colour: "text-good", word: "well" },
  warning: { Icon: TriangleAlert, colour: "text-warn", word: "warning" },
  problem: { Icon: CircleAlert, colour: "text-bad", word: "problem" },
};

function Check({ finding }: { finding: Seen }) {
  const { check, level, text, hint, link } = finding;
  const { Icon, colour, word } = LOOKS[level];
  return (
    <li className="flex gap-3 px-3.5 py-2.5">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${colour}`} />
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <p>
          <span className="font-medium">{check.replace(/^./, (letter) => letter.toUpperCase())}</span>
          <span className="sr-only">, {word}</span> <span className="text-soft">{text}</span>
        </p>
        {hint && level !== "ok" && <p className="mt-0.5 text-soft text-xs">→ {hint}</p>}
        {link && (
          <Link to={link} className="inline-flex min-h-6 items-center text-accent text-xs underline">
            Look at it
          </Link>
        )}
      </div>
    </li>
  );
}
