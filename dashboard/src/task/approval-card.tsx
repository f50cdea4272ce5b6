import {
  Check,
  CircleDollarSign,
  CircleSlash,
  Hand,
  ListChecks,
  type LucideIcon,
  MessageCircleQuestionMark,
  X,
} from "lucide-react";
import { memo } from "react";
import type { ApprovalItem } from "../domain/items";
import type { Approval } from "../feed/wire";
import { Button } from "../parts/button";
import { useKept } from "../parts/draft";
import { Fold } from "../parts/fold";
import { Markdown } from "../parts/markdown";
import { Failed } from "../parts/states";
import { SaidAt } from "../parts/when";
import { BudgetForm } from "./budget-form";
import { DenyForm, PermissionForm } from "./permission-form";
import { QuestionForm } from "./question-form";
import { ToolInput } from "./tool-body";
import { toolTitle } from "./tool-summary";
import { type Answering, useAnswer } from "./use-answer";

/** Something the agent wants to know: a form while it is open, one line when it is answered. */
export const ApprovalCard = memo(function ApprovalCard({ item }: { item: ApprovalItem }) {
  const { approval } = item;
  return approval.status === "pending" ? <Pending approval={approval} /> : <Answered approval={approval} />;
});

const ASKS: Readonly<Record<Approval["kind"], { Icon: LucideIcon; title(approval: Approval): string }>> = {
  permission: {
    Icon: Hand,
    title: ({ title, tool_name }) => `Permission needed: ${title || toolTitle(tool_name)}`,
  },
  question: { Icon: MessageCircleQuestionMark, title: () => "The agent has a question" },
  plan: { Icon: ListChecks, title: () => "The agent proposes a plan" },
  budget: { Icon: CircleDollarSign, title: ({ title }) => title },
};

function Pending({ approval }: { approval: Approval }) {
  const answering = useAnswer(approval);
  const { Icon, title } = ASKS[approval.kind];
  return (
    <section
      aria-label={title(approval)}
      className="overflow-hidden rounded-xl border border-warn-line bg-raised"
    >
      <h2 className="flex items-center gap-2 border-warn-line border-b bg-warn-tint px-4 py-2 font-medium text-warn">
        <Icon aria-hidden className="size-4 shrink-0" />
        <span className="min-w-0 [overflow-wrap:anywhere]">{title(approval)}</span>
      </h2>
      <div className="space-y-3 p-4">
        {answering.error !== null && <Failed what="Your answer did not arrive." error={answering.error} />}
        <Form approval={approval} answering={answering} />
      </div>
    </section>
  );
}

function Form({ approval, answering }: { approval: Approval; answering: Answering }) {
  if (approval.kind === "question") return <QuestionForm approval={approval} answering={answering} />;
  if (approval.kind === "plan") return <PlanForm approval={approval} answering={answering} />;
  if (approval.kind === "budget") return <BudgetForm approval={approval} answering={answering} />;
  return (
    <>
      <div className="overflow-hidden rounded-lg border bg-sunken">
        <p className="border-b px-3.5 py-1.5 text-soft text-xs">{toolTitle(approval.tool_name)}</p>
        <ToolInput name={approval.tool_name} input={approval.input} raw="" />
      </div>
      <PermissionForm approval={approval} answering={answering} />
    </>
  );
}

function PlanForm({ approval, answering }: { approval: Approval; answering: Answering }) {
  const [denies, setDenies] = useKept(`${answering.kept}:denies`, false);
  const { plan } = approval.input;
  return (
    <>
      <Markdown text={typeof plan === "string" ? plan : JSON.stringify(approval.input, null, 2)} />
      {denies ? (
        <DenyForm
          answering={answering}
          back={() => setDenies(false)}
          label="What should be different?"
          button="Send back"
        />
      ) : (
        <div className="flex flex-wrap gap-2 border-t pt-3">
          <Button
            look="primary"
            busy={answering.busy === "approve"}
            onClick={() => void answering.answer({ decision: "allow" }, "approve")}
          >
            Approve the plan
          </Button>
          <Button disabled={answering.busy !== null} onClick={() => setDenies(true)}>
            Send back…
          </Button>
        </div>
      )}
    </>
  );
}

function outcome(approval: Approval): { Icon: LucideIcon; colour: string; said: string } {
  const { answer, status, kind } = approval;
  if (status === "superseded") return { Icon: CircleSlash, colour: "text-faint", said: "No longer needed" };
  if (status === "cancelled" || !answer)
    return { Icon: CircleSlash, colour: "text-faint", said: "Not answered" };
  if (answer.decision === "deny") {
    const said = kind === "plan" ? "Sent back" : kind === "question" ? "Not answered" : "Denied";
    return { Icon: X, colour: "text-bad", said };
  }
  if (kind === "question") return { Icon: Check, colour: "text-good", said: "Answered" };
  if (kind === "plan") return { Icon: Check, colour: "text-good", said: "Plan approved" };
  if (kind === "budget") return { Icon: Check, colour: "text-good", said: "Budget raised" };
  const how = answer.remember ? "Allowed, always" : answer.input ? "Allowed with a change" : "Allowed once";
  return { Icon: Check, colour: "text-good", said: how };
}

function Answered({ approval }: { approval: Approval }) {
  const { Icon, colour, said } = outcome(approval);
  const at = approval.answered_at ?? approval.requested_at;
  return (
    <Fold
      name={`approval:${approval.approval_id}`}
      className="rounded-lg border bg-raised"
      titleClass="px-2.5 py-2 hover:bg-hover"
      title={
        <>
          <Icon aria-hidden className={`size-3.5 shrink-0 ${colour}`} />
          <span className="shrink-0 font-medium">{said}</span>
          <span className="min-w-0 flex-1 truncate text-soft">{summary(approval)}</span>
          <span className="shrink-0 text-faint text-xs">
            <SaidAt at={at} />
          </span>
        </>
      }
    >
      {() => <Asked approval={approval} />}
    </Fold>
  );
}

function summary({ answer, kind, title, tool_name }: Approval): string {
  if (answer?.decision === "deny" && answer.reason) return answer.reason;
  if (kind === "question" && answer?.answers) return Object.values(answer.answers).flat().join(", ");
  if (kind === "budget") return title;
  return kind === "permission" ? title || toolTitle(tool_name) : "";
}

/** What was asked, and every answer in full. */
function Asked({ approval }: { approval: Approval }) {
  const { answer } = approval;
  return (
    <div className="border-t">
      {approval.kind === "question" ? (
        <dl className="space-y-2 px-3.5 py-2.5">
          {Object.entries(answer?.answers ?? {}).map(([question, given]) => (
            <div key={question}>
              <dt className="text-soft">{question}</dt>
              <dd className="font-medium">{[given].flat().join(", ")}</dd>
            </div>
          ))}
          {answer?.reason && <dd>{answer.reason}</dd>}
        </dl>
      ) : (
        <>
          <ToolInput name={approval.tool_name} input={answer?.input ?? approval.input} raw="" />
          {answer?.reason && <p className="border-t px-3.5 py-2.5">{answer.reason}</p>}
        </>
      )}
    </div>
  );
}
