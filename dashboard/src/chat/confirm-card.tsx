import { useQuery } from "@tanstack/react-query";
import { CircleSlash, Hand, X } from "lucide-react";
import { useState } from "react";
import { type AgentForm, agents, type Preview, type SkillForm, skills } from "../api/definitions";
import { webhooks } from "../api/webhooks";
import { PreviewCard } from "../definitions/preview";
import { changeOf, TO_DO } from "../domain/brain-calls";
import type { ApprovalItem } from "../domain/items";
import type { Approval } from "../feed/wire";
import { Button } from "../parts/button";
import { Fold } from "../parts/fold";
import { Markdown } from "../parts/markdown";
import { Failed, Loading } from "../parts/states";
import { ApprovalCard } from "../task/approval-card";
import { DenyForm } from "../task/permission-form";
import { ToolInput } from "../task/tool-body";
import { useAnswer } from "../task/use-answer";

/** What the Brain wants to know. Before it changes the machine it shows what there would be, and waits for a word. */
export function Asked({ item }: { item: ApprovalItem }) {
  const { approval } = item;
  const change = changeOf(approval.tool_name, approval.input);
  if (!change) return <ApprovalCard item={item} />;
  const name = typeof approval.input.name === "string" ? approval.input.name : "";
  const what = `${TO_DO[change.verb]} the ${change.one} “${name}”`;
  if (approval.status === "pending") return <Confirming approval={approval} title={`${what}?`} />;
  return <NotDone approval={approval} what={what} />;
}

/** What was refused, or was never answered. */
function NotDone({ approval, what }: { approval: Approval; what: string }) {
  const { answer } = approval;
  const isRefused = answer?.decision === "deny";
  const Icon = isRefused ? X : CircleSlash;
  return (
    <p className="flex items-start gap-2 rounded-xl border bg-raised px-3.5 py-2.5">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${isRefused ? "text-bad" : "text-faint"}`} />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        <span className="font-medium">{isRefused ? "Denied" : "Not answered"}:</span> {what}
        {answer?.reason && <span className="block text-soft">{answer.reason}</span>}
      </span>
    </p>
  );
}

/** Of these the machine can say what would be saved; of the others the fields that are to change say it. */
const PREVIEWS: Readonly<Record<string, (input: object) => Promise<Preview>>> = {
  mcp__machine__create_agent: (input) => agents.preview(input as AgentForm),
  mcp__machine__create_skill: (input) => skills.preview(input as SkillForm),
  mcp__machine__create_webhook: webhooks.preview,
  mcp__machine__update_webhook: webhooks.preview,
};

function Confirming({ approval, title }: { approval: Approval; title: string }) {
  const answering = useAnswer(approval);
  const [denies, setDenies] = useState(false);
  const { answer, busy, error } = answering;
  return (
    <section aria-label={title} className="overflow-hidden rounded-xl border border-warn-line bg-raised">
      <h2 className="flex items-center gap-2 border-warn-line border-b bg-warn-tint px-4 py-2 font-medium text-warn">
        <Hand aria-hidden className="size-4 shrink-0" />
        <span className="min-w-0 [overflow-wrap:anywhere]">{title}</span>
      </h2>
      <div className="space-y-3 p-4">
        {error !== null && <Failed what="Your answer did not arrive." error={error} />}
        <WhatFor approval={approval} />
        {denies ? (
          <DenyForm
            answering={answering}
            back={() => setDenies(false)}
            label="Why not? The Brain reads this."
          />
        ) : (
          <div className="flex flex-wrap gap-2">
            <Button
              look="primary"
              busy={busy === "once"}
              disabled={busy !== null}
              onClick={() => void answer({ decision: "allow" }, "once")}
            >
              Allow
            </Button>
            <Button look="danger" disabled={busy !== null} onClick={() => setDenies(true)}>
              Deny…
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

function WhatFor({ approval }: { approval: Approval }) {
  const { approval_id, tool_name, input } = approval;
  const look = PREVIEWS[tool_name];
  const preview = useQuery({
    queryKey: ["preview", approval_id],
    queryFn: () => look?.(input) ?? null,
    enabled: look !== undefined,
    retry: false,
  });
  if (look && preview.isPending) return <Loading label="Looking at what there would be" lines={2} />;
  const { name: _, instructions, ...rest } = input;
  return (
    <>
      {preview.error && <Failed what="This could not be saved as it is." error={preview.error} />}
      {preview.data && <PreviewCard preview={preview.data} />}
      {typeof instructions === "string" && (
        <Fold name="instructions" title="Instructions" titleClass="text-soft hover:text-ink">
          {() => (
            <div className="mt-2 max-h-80 overflow-y-auto rounded-lg border px-3.5 py-3">
              <Markdown text={instructions} />
            </div>
          )}
        </Fold>
      )}
      {Object.keys(rest).length > 0 && (
        <Fold name="fields" title="All settings" open={!preview.data} titleClass="text-soft hover:text-ink">
          {() => (
            <div className="mt-2 overflow-hidden rounded-lg border bg-sunken">
              <ToolInput name={tool_name} input={rest} raw="" />
            </div>
          )}
        </Fold>
      )}
    </>
  );
}
