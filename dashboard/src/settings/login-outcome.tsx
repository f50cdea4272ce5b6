import { CircleAlert, CircleCheck } from "lucide-react";
import { problemOf } from "../api/problem";
import { Button } from "../parts/button";
import { Notice } from "../parts/notice";
import { hintHere, takenWords } from "./login-words";
import type { Taking } from "./use-taking";

/** What became of the login that was offered last. */
export function LoginOutcome({ taking }: { taking: Taking }) {
  const { busy, error, taken, keepUntried } = taking;
  if (busy) {
    return (
      <p role="status" className="text-soft">
        It is tried with a real request. That can take a minute.
      </p>
    );
  }
  if (error !== null) return <Refused error={error} keepUntried={keepUntried} />;
  if (!taken) return null;
  return (
    <div className="space-y-2">
      <p role="status" className="flex gap-2 text-good">
        <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
        {takenWords(taken)}
      </p>
      {taken.note && <Notice title="Something else wins over it.">{taken.note}</Notice>}
    </div>
  );
}

function Refused({ error, keepUntried }: { error: unknown; keepUntried: Taking["keepUntried"] }) {
  const { message, hint } = problemOf(error);
  return (
    <div role="alert" className="flex gap-3 rounded-lg border border-bad-line bg-bad-tint p-3">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 space-y-1 [overflow-wrap:anywhere]">
        <p className="font-medium text-ink">It was not taken. What was there before stays.</p>
        <p className="text-ink">{message.replaceAll("`", "")}</p>
        {hint && <p className="text-soft">{hintHere(hint)}</p>}
        {keepUntried && (
          <Button size="small" className="mt-1" onClick={() => void keepUntried()}>
            Keep it untried
          </Button>
        )}
      </div>
    </div>
  );
}
