import { useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type AgentDetail, agents, type SkillDetail, skills } from "../api/definitions";
import { duration } from "../domain/format";
import { Markdown } from "../parts/markdown";
import { Section } from "../parts/page";
import { agentForm, agentSpec } from "./agent-spec";
import { CodeFact } from "./code-fold";
import { DetailPage, Facts } from "./detail-page";
import { kindPages } from "./kind-pages";
import { KINDS } from "./kinds";
import { CodeList, FileList } from "./preview";
import { networkWords, ruleWords } from "./routing";
import { skillForm, skillSpec } from "./skill-spec";

export const { List: AgentsPage, Edit: EditAgentPage } = kindPages({
  kind: KINDS.agents,
  spec: agentSpec,
  api: agents,
  formOf: agentForm,
});

export const { List: SkillsPage, Edit: EditSkillPage } = kindPages({
  kind: KINDS.skills,
  spec: skillSpec,
  api: skills,
  formOf: skillForm,
});

export function AgentPage() {
  const { name } = useParams({ from: "/shell/agents/$name" });
  return (
    <DetailPage key={name} kind={KINDS.agents} name={name} api={agents}>
      {(agent) => (
        <>
          <Section title="Settings">
            <Facts facts={agentFacts(agent)} />
          </Section>
          <Content detail={agent} />
        </>
      )}
    </DetailPage>
  );
}

export function SkillPage() {
  const { name } = useParams({ from: "/shell/skills/$name" });
  return (
    <DetailPage key={name} kind={KINDS.skills} name={name} api={skills}>
      {(skill) => (
        <>
          <Section title="Settings">
            <Facts
              facts={{
                For: skill.agents === "all" ? "all agents" : skill.agents.join(", ") || "nobody yet",
                "Without asking": skill.tools.length > 0 && <CodeList items={skill.tools} />,
              }}
            />
          </Section>
          <Content detail={skill} />
        </>
      )}
    </DetailPage>
  );
}

const MODES: Readonly<Record<AgentDetail["settings"]["permission_mode"], string>> = {
  acceptEdits: "edits files, asks before the rest",
  default: "asks before every change",
  plan: "plans only, changes nothing",
  dontAsk: "never asks; what is not allowed is denied",
  bypassPermissions: "does everything without asking",
};

const PROFILES: Readonly<Record<AgentDetail["settings"]["profile"], string>> = {
  standard: "standard: commands stay in the sandbox",
  trusted: "trusted: may leave the sandbox, may never ask",
  untrusted: "untrusted: may look, and change nothing",
};

function agentFacts({ settings }: AgentDetail): Record<string, ReactNode> {
  const { tools, allowed_tools, disallowed_tools, timeout_seconds, max_budget_usd } = settings;
  return {
    "When to use it": settings.when_to_use,
    Rules: settings.routing.length > 0 && <Rules rules={settings.routing.map(ruleWords)} />,
    Model: settings.model ?? "the machine's own",
    Profile: PROFILES[settings.profile],
    Network: settings.network == null ? null : networkWords(settings.network),
    Sandbox: !settings.sandbox && "off: its commands reach all that the machine's own user can",
    Permissions: MODES[settings.permission_mode],
    Workspace: settings.workspace === "shared" ? "one lasting folder" : "a new folder for every task",
    Tools: tools ? <CodeList items={tools} /> : "all",
    "Without asking": allowed_tools.length > 0 ? <CodeList items={allowed_tools} /> : null,
    Never: disallowed_tools.length > 0 ? <CodeList items={disallowed_tools} /> : null,
    Skills: settings.skills.join(", "),
    Variables: settings.variables.length > 0 ? <CodeList items={settings.variables} /> : null,
    Code: settings.code && <CodeFact code={settings.code} />,
    "Time limit": timeout_seconds ? duration(timeout_seconds) : null,
    Turns: settings.max_turns?.toString(),
    "Budget of a task": max_budget_usd ? `$${max_budget_usd}` : null,
    "Budget of a day": settings.daily_budget_usd == null ? null : `$${settings.daily_budget_usd}`,
    "Tasks at once": settings.max_concurrent?.toString(),
    Priority: settings.priority !== 0 && settings.priority.toString(),
    Labels: settings.labels.length > 0 && <CodeList items={settings.labels} />,
  };
}

/** Which tasks come to an agent without the Brain being asked, a line a rule. */
function Rules({ rules }: { rules: readonly string[] }) {
  return (
    <ul>
      {rules.map((words) => (
        <li key={words}>{words}</li>
      ))}
    </ul>
  );
}

/** What a definition says and what it consists of. */
function Content({ detail }: { detail: AgentDetail | SkillDetail }) {
  return (
    <>
      <Section title="Instructions">
        <div className="rounded-lg border bg-raised px-4 py-3">
          <Markdown text={detail.instructions} />
        </div>
      </Section>
      {detail.commands.length > 0 && (
        <Section title="Runs by itself, without the model asking">
          <CodeList items={detail.commands} />
        </Section>
      )}
      <Section title={`Files (${detail.files.length})`}>
        <FileList files={detail.files} />
      </Section>
    </>
  );
}
