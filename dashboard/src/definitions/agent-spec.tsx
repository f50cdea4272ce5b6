import { type AgentDetail, type AgentForm, agents } from "../api/definitions";
import { codeTexts, sourceOf } from "../domain/code";
import { lacking, nameFaults, withoutDefaults } from "../domain/definition";
import { useDefinitions } from "../live/hooks";
import { Check, Choice, TextField } from "../parts/field";
import { CodeFold, wrongCode } from "./code-fold";
import { ListField } from "./list-field";
import { MinutesField } from "./minutes-field";
import { NetworkField } from "./network-field";
import { PickField } from "./pick-field";
import { PROFILES } from "./profiles";
import { EMPTY_RULE, emptyRules, networkFault, rulesOf } from "./routing";
import { RoutingFields } from "./routing-fields";
import { type FieldsProps, type FormSpec, INSTRUCTIONS } from "./spec";
import { type Tied, tied } from "./tied";
import { useVariableNames } from "./use-variable-names";

const EMPTY: AgentForm = {
  name: "",
  description: "",
  when_to_use: "",
  instructions: "",
  model: null,
  profile: "standard",
  permission_mode: "acceptEdits",
  tools: null,
  allowed_tools: [],
  disallowed_tools: [],
  timeout_seconds: null,
  max_turns: null,
  max_budget_usd: null,
  daily_budget_usd: null,
  max_concurrent: null,
  priority: 0,
  workspace: "task",
  skills: [],
  sandbox: true,
  network: null,
  variables: [],
  code: null,
  labels: [],
  routing: [],
  claude_code: {},
};

const MODES: readonly (readonly [AgentForm["permission_mode"], string])[] = [
  ["acceptEdits", "Edits files, asks before the rest"],
  ["default", "Asks before every change"],
  ["plan", "Plans only, changes nothing"],
  ["dontAsk", "Never asks: what is not allowed is denied"],
  ["bypassPermissions", "Does everything without asking"],
];

const WORKSPACES: readonly (readonly [AgentForm["workspace"], string])[] = [
  ["task", "A new folder for every task"],
  ["shared", "One lasting folder, one task at a time"],
];

/** An agent, as its form would have made it. */
export function agentForm({ name, instructions, settings }: AgentDetail): AgentForm {
  const code = sourceOf(codeTexts(settings.code));
  return { ...EMPTY, ...settings, code, name, instructions };
}

const LIMITS = [
  ["max_turns", "Turns"],
  ["max_budget_usd", "Budget of a task in $"],
  ["daily_budget_usd", "Budget of a day in $"],
  ["max_concurrent", "Tasks at once"],
] as const;

function AgentFields({ isNew, ...tie }: FieldsProps<AgentForm>) {
  const { form, set, faults } = tie;
  const { field, text } = tied(tie);
  return (
    <div className="space-y-4">
      {isNew && (
        <TextField
          label="Name"
          {...field("name")}
          placeholder="code-review"
          hint="Lower-case letters, digits and hyphens."
        />
      )}
      <TextField
        label="Description"
        {...field("description")}
        placeholder="Reviews pull requests and says what could break"
      />
      <TextField
        label="When to use it"
        rows={2}
        {...field("when_to_use")}
        hint="By these words the Brain decides which tasks come to it."
      />
      <RoutingFields rules={rulesOf(form.routing)} faults={faults} change={(routing) => set({ routing })} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice label="Permissions" {...field("permission_mode")} options={MODES} />
        <TextField
          label="Model"
          {...text("model")}
          options={["opus", "sonnet", "haiku"]}
          placeholder="the machine's own"
        />
        <Choice label="Workspace" {...field("workspace")} options={WORKSPACES} />
      </div>
      <PickField
        label="Skills"
        known={useDefinitions("skills").data?.items.map(({ name }) => name)}
        {...field("skills")}
        hint="Besides those that it gets anyway."
      />
      <ToolFields {...tie} />
      <LimitFields {...tie} />
      <CodeFold
        code={form.code}
        faults={faults}
        change={(code) => set({ code })}
        hint="Each of its tasks gets a clone of its own, unless it names another repository."
      />
      <ListField
        label="Labels"
        {...field("labels")}
        placeholder="gpu"
        hint="In a fleet it runs only on machines that have all of these. A machine alone needs none."
      />
    </div>
  );
}

function ToolFields(tie: Tied<AgentForm>) {
  const { form, set } = tie;
  const { field } = tied(tie);
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice label="Profile" {...field("profile")} options={PROFILES} />
        <NetworkField
          network={form.network}
          change={(network) => set({ network })}
          fault={field("network").fault}
        />
      </div>
      <Check
        label="Keep its commands in the sandbox, where the computer can"
        checked={form.sandbox}
        change={(sandbox) => set({ sandbox })}
        fault={field("sandbox").fault}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <ListField
          label="Tools that it may use"
          value={form.tools ?? []}
          change={(tools) => set({ tools: tools.length > 0 ? tools : null })}
          placeholder="all"
          hint="With commas, such as Read, Grep, Bash. Empty: all of them."
          fault={field("tools").fault}
        />
        <ListField
          label="Without asking"
          {...field("allowed_tools")}
          placeholder="Bash(npm test:*)"
          hint="Tools and rules that need nobody's permission."
        />
        <ListField
          label="Never"
          {...field("disallowed_tools")}
          placeholder="Bash(git push:*)"
          hint="Tools and rules that are denied whatever anybody says."
        />
      </div>
      <PickField
        label="Variables"
        known={useVariableNames()}
        {...field("variables")}
        placeholder="GITHUB_TOKEN"
        hint="Its commands find them in their environment."
      />
    </>
  );
}

function LimitFields(tie: Tied<AgentForm>) {
  const { form, set } = tie;
  const { field, number } = tied(tie);
  return (
    <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
      <MinutesField
        label="Time limit in minutes"
        seconds={form.timeout_seconds ?? null}
        change={(timeout_seconds) => set({ timeout_seconds })}
        placeholder="the machine's own"
        fault={field("timeout_seconds").fault}
      />
      {LIMITS.map(([limit, label]) => (
        <TextField key={limit} label={label} {...number(limit)} placeholder="no limit of its own" />
      ))}
      <TextField
        label="Priority"
        {...number("priority")}
        value={form.priority === 0 ? "" : String(form.priority)}
        change={(text) => set({ priority: Number(text) })}
        placeholder="0: as all others"
      />
    </div>
  );
}

export const agentSpec: FormSpec<AgentForm> = {
  kind: "agents",
  empty: EMPTY,
  Fields: AgentFields,
  missing({ name, description, instructions, routing, network, code }) {
    const unreachable = networkFault(network);
    return [
      ...nameFaults(name),
      ...lacking("description", description, "Say in a sentence what it is for."),
      ...lacking("instructions", instructions, "Say what it should do."),
      ...emptyRules(routing),
      ...wrongCode(code),
      ...(unreachable ? [{ path: ["network"], what: unreachable }] : []),
    ];
  },
  toSettings({ name: _name, instructions: _instructions, ...settings }) {
    const { routing, ...others } = withoutDefaults(settings, { ...EMPTY, description: "-" });
    return {
      description: settings.description,
      ...others,
      ...(routing ? { routing: rulesOf(routing).map((rule) => withoutDefaults(rule, EMPTY_RULE)) } : {}),
    };
  },
  fromSettings: (settings, { name, instructions }) => ({ ...EMPTY, ...settings, name, instructions }),
  body: INSTRUCTIONS,
  preview: agents.preview,
  create: agents.create,
  update: agents.update,
};
