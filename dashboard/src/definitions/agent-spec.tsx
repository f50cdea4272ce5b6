import { type AgentDetail, type AgentForm, agents } from "../api/definitions";
import { faultAt, nameFault, withoutDefaults } from "../domain/definition";
import { useDefinitions } from "../live/hooks";
import { Check, Choice, TextField } from "../parts/field";
import { ListField } from "./list-field";
import { MinutesField } from "./minutes-field";
import { NetworkField } from "./network-field";
import { PickField } from "./pick-field";
import { PROFILES } from "./profiles";
import { EMPTY_RULE, emptyRules, networkFault, rulesOf } from "./routing";
import { RoutingFields } from "./routing-fields";
import type { FieldsProps, FormSpec } from "./spec";
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

/** An agent, as its form would have made it. */
export function agentForm({ name, instructions, settings }: AgentDetail): AgentForm {
  return { ...EMPTY, ...settings, name, instructions };
}

const LIMITS = [
  ["max_turns", "Turns"],
  ["max_budget_usd", "Budget of a task in $"],
  ["daily_budget_usd", "Budget of a day in $"],
  ["max_concurrent", "Tasks at once"],
] as const;

function AgentFields({ form, set, faults, isNew }: FieldsProps<AgentForm>) {
  const at = (field: keyof AgentForm) => faultAt(faults, field);
  return (
    <div className="space-y-4">
      {isNew && (
        <TextField
          label="Name"
          value={form.name}
          change={(name) => set({ name })}
          placeholder="code-review"
          fault={at("name")}
          hint="Lower-case letters, digits and hyphens."
        />
      )}
      <TextField
        label="Description"
        value={form.description}
        change={(description) => set({ description })}
        placeholder="Reviews pull requests and says what could break"
        fault={at("description")}
      />
      <TextField
        label="When to use it"
        rows={2}
        value={form.when_to_use}
        change={(when_to_use) => set({ when_to_use })}
        fault={at("when_to_use")}
        hint="By these words the Brain decides which tasks come to it."
      />
      <RoutingFields rules={rulesOf(form.routing)} faults={faults} change={(routing) => set({ routing })} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice
          label="Permissions"
          value={form.permission_mode}
          change={(permission_mode) => set({ permission_mode })}
          options={MODES}
          fault={at("permission_mode")}
        />
        <TextField
          label="Model"
          value={form.model ?? ""}
          change={(model) => set({ model: model || null })}
          options={["opus", "sonnet", "haiku"]}
          placeholder="the machine's own"
          fault={at("model")}
        />
        <Choice
          label="Workspace"
          value={form.workspace}
          change={(workspace) => set({ workspace })}
          options={[
            ["task", "A new folder for every task"],
            ["shared", "One lasting folder, one task at a time"],
          ]}
          fault={at("workspace")}
        />
      </div>
      <SkillsField form={form} set={set} fault={at("skills")} />
      <ToolFields form={form} set={set} faults={faults} />
      <LabelsField form={form} set={set} fault={at("labels")} />
    </div>
  );
}

type Part = Pick<FieldsProps<AgentForm>, "form" | "set">;

function SkillsField({ form, set, fault }: Part & { fault: string | undefined }) {
  return (
    <PickField
      label="Skills"
      known={useDefinitions("skills").data?.items.map(({ name }) => name)}
      list={form.skills}
      change={(skills) => set({ skills })}
      hint="Besides those that it gets anyway."
      fault={fault}
    />
  );
}

function LabelsField({ form, set, fault }: Part & { fault: string | undefined }) {
  return (
    <ListField
      label="Labels"
      list={form.labels}
      change={(labels) => set({ labels })}
      placeholder="gpu"
      hint="In a fleet it runs only on machines that have all of these. A machine alone needs none."
      fault={fault}
    />
  );
}

function ToolFields({ form, set, faults }: Part & Pick<FieldsProps<AgentForm>, "faults">) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice
          label="Profile"
          value={form.profile}
          change={(profile) => set({ profile })}
          options={PROFILES}
          fault={faultAt(faults, "profile")}
        />
        <NetworkField
          network={form.network}
          change={(network) => set({ network })}
          fault={faultAt(faults, "network")}
        />
      </div>
      <Check
        label="Keep its commands in the sandbox, where the computer can"
        checked={form.sandbox}
        change={(sandbox) => set({ sandbox })}
        fault={faultAt(faults, "sandbox")}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <ListField
          label="Tools that it may use"
          list={form.tools ?? []}
          change={(tools) => set({ tools: tools.length > 0 ? tools : null })}
          placeholder="all"
          hint="With commas, such as Read, Grep, Bash. Empty: all of them."
          fault={faultAt(faults, "tools")}
        />
        <ListField
          label="Without asking"
          list={form.allowed_tools}
          change={(allowed_tools) => set({ allowed_tools })}
          placeholder="Bash(npm test:*)"
          hint="Tools and rules that need nobody's permission."
          fault={faultAt(faults, "allowed_tools")}
        />
        <ListField
          label="Never"
          list={form.disallowed_tools}
          change={(disallowed_tools) => set({ disallowed_tools })}
          placeholder="Bash(git push:*)"
          hint="Tools and rules that are denied whatever anybody says."
          fault={faultAt(faults, "disallowed_tools")}
        />
      </div>
      <PickField
        label="Variables"
        known={useVariableNames()}
        list={form.variables}
        change={(variables) => set({ variables })}
        placeholder="GITHUB_TOKEN"
        hint="Its commands find them in their environment."
        fault={faultAt(faults, "variables")}
      />
      <LimitFields form={form} set={set} faults={faults} />
    </>
  );
}

function LimitFields({ form, set, faults }: Part & Pick<FieldsProps<AgentForm>, "faults">) {
  return (
    <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
      <MinutesField
        label="Time limit in minutes"
        seconds={form.timeout_seconds ?? null}
        change={(timeout_seconds) => set({ timeout_seconds })}
        placeholder="the machine's own"
        fault={faultAt(faults, "timeout_seconds")}
      />
      {LIMITS.map(([field, label]) => (
        <TextField
          key={field}
          label={label}
          type="number"
          value={form[field]?.toString() ?? ""}
          change={(text) => set({ [field]: text === "" ? null : Number(text) })}
          placeholder="no limit of its own"
          fault={faultAt(faults, field)}
        />
      ))}
      <TextField
        label="Priority"
        type="number"
        value={form.priority === 0 ? "" : String(form.priority)}
        change={(text) => set({ priority: Number(text) })}
        placeholder="0: as all others"
        fault={faultAt(faults, "priority")}
      />
    </div>
  );
}

export const agentSpec: FormSpec<AgentForm> = {
  kind: "agents",
  empty: EMPTY,
  Fields: AgentFields,
  missing({ name, description, instructions, routing, network }) {
    const wrong = nameFault(name);
    const unreachable = networkFault(network);
    return [
      ...(wrong ? [{ path: ["name"], what: wrong }] : []),
      ...(description.trim() ? [] : [{ path: ["description"], what: "Say in a sentence what it is for." }]),
      ...(instructions.trim() ? [] : [{ path: ["instructions"], what: "Say what it should do." }]),
      ...emptyRules(routing),
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
  body: {
    label: "Instructions",
    get: ({ instructions }) => instructions,
    set: (instructions) => ({ instructions }),
  },
  preview: agents.preview,
  create: agents.create,
  update: agents.update,
};
