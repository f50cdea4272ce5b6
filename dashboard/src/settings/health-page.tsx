import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, RefreshCw, TriangleAlert } from "lucide-react";
import { type Finding, type Health, health } from "../api/health";
import { keys } from "../live/cache";
import { useIsAdministrator } from "../live/hooks";
import { Button } from "../parts/button";
import { When } from "../parts/when";
import { SettingsPart } from "./frame";
import { Loaded } from "./loaded";

/** What `machine doctor` says. */
export function HealthPage() {
  const found = useQuery({
    queryKey: keys.health,
    queryFn: health.get,
    enabled: useIsAdministrator(),
    refetchOnMount: "always",
  });
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
        {(data) => <Report data={data} />}
      </Loaded>
    </SettingsPart>
  );
}

const ORDER = { problem: 0, warning: 1, ok: 2 };

function Report({ data }: { data: Health }) {
  // What is in the way stands above what is well; else the order is that of the checks.
  const checks = [...data.checks].sort((a, b) => ORDER[a.level] - ORDER[b.level]);
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

function summary(checks: readonly Finding[]): string {
  const problems = checks.filter(({ level }) => level === "problem").length;
  if (problems > 0)
    return problems === 1 ? "One problem is in the way." : `${problems} problems are in the way.`;
  const warnings = checks.filter(({ level }) => level === "warning").length;
  if (warnings === 0) return "All is well.";
  return warnings === 1 ? "Ready to work, with one warning." : `Ready to work, with ${warnings} warnings.`;
}

const LOOKS = {
  ok: { Icon: CircleCheck, colour: "text-good", word: "well" },
  warning: { Icon: TriangleAlert, colour: "text-warn", word: "warning" },
  problem: { Icon: CircleAlert, colour: "text-bad", word: "problem" },
};

function Check({ finding }: { finding: Finding }) {
  const { check, level, text, hint } = finding;
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
      </div>
    </li>
  );
}
