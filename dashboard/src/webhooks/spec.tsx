import { Plus, Trash2 } from "lucide-react";
import { type ProviderName, type Trigger, type WebhookForm, webhooks } from "../api/webhooks";
import { ListField } from "../definitions/list-field";
import type { FieldsProps, FormSpec } from "../definitions/spec";
import { faultAt, nameFault, withoutDefaults } from "../domain/definition";
import { useAgents } from "../live/hooks";
import { Button } from "../parts/button";
import { Check, Choice, TextField } from "../parts/field";
import { newSecret, peopleOf, whoOf } from "./people";

/** A webhook as it is filled in. What is not said is left to the machine, so that its defaults stay its own. */
export type WebhookDraft = Partial<Omit<WebhookForm, "triggers" | "user_id">> & {
  name: string;
  provider: ProviderName;
  triggers: TriggerDraft[];
};
export type TriggerDraft = Partial<Trigger> & Pick<Trigger, "events">;

/** A trigger without what was left empty: there the machine's own words stand. */
function filled({ prompt, ...trigger }: TriggerDraft): TriggerDraft {
  return prompt?.trim() ? { ...trigger, prompt } : trigger;
}

const PROVIDERS: readonly (readonly [ProviderName, string])[] = [
  ["github", "GitHub"],
  ["gitlab", "GitLab"],
  ["bitbucket", "Bitbucket"],
  ["jira", "Jira"],
  ["slack", "Slack"],
  ["sentry", "Sentry"],
  ["linear", "Linear"],
  ["standard", "Standard Webhooks"],
  ["generic", "Any other that signs with HMAC"],
];

const EVENTS: Readonly<Record<ProviderName, string>> = {
  github: "issues.opened, issue_comment.created, pull_request.opened",
  gitlab: "issue.open, merge_request.open, note",
  bitbucket: "pullrequest:created, pullrequest:comment_created",
  jira: "jira:issue_created, comment_created",
  slack: "app_mention, command",
  sentry: "issue.created, event_alert.triggered",
  linear: "Issue.create, Comment.create",
  standard: "invoice.paid",
  generic: "alert",
};

type Fields = FieldsProps<WebhookDraft>;

function WebhookFields(props: Fields) {
  const { form, set, faults, isNew } = props;
  return (
    <div className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        {isNew && (
          <TextField
            label="Name"
            value={form.name}
            change={(name) => set({ name })}
            placeholder="shop-issues"
            fault={faultAt(faults, "name")}
            hint="A part of the address: /webhooks/name"
          />
        )}
        <Choice
          label="Sent by"
          value={form.provider}
          change={(provider) => set({ provider })}
          options={PROVIDERS}
          fault={faultAt(faults, "provider")}
        />
      </div>
      <TextField
        label="Description"
        value={form.description ?? ""}
        change={(description) => set({ description })}
        fault={faultAt(faults, "description")}
      />
      <SecretFields {...props} />
      <Triggers {...props} />
    </div>
  );
}

function SecretFields({ form, set, faults, isNew }: Fields) {
  const isUnsigned = form.unsigned ?? false;
  const hint = isNew
    ? "Enter the same text at the provider. It is never shown again."
    : "Empty: the one there is stays.";
  return (
    <div className="space-y-2">
      {!isUnsigned && (
        <div className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <TextField
              label="Secret"
              mono
              value={form.secret ?? ""}
              change={(secret) => set({ secret: secret || null })}
              fault={faultAt(faults, "secret")}
              hint={hint}
            />
          </div>
          <Button className="mt-6 h-9!" onClick={() => set({ secret: newSecret(form.provider) })}>
            Generate
          </Button>
        </div>
      )}
      <Check
        label="Unsigned: accept what anybody sends who knows the address"
        checked={isUnsigned}
        change={(unsigned) => set(unsigned ? { unsigned, secret: null, secret_ref: null } : { unsigned })}
      />
    </div>
  );
}

function Triggers({ form, set, faults }: Fields) {
  const change = (index: number, changes: Partial<TriggerDraft>) =>
    set({ triggers: form.triggers.map((one, at) => (at === index ? { ...one, ...changes } : one)) });
  return (
    <fieldset className="space-y-3">
      <legend className="mb-2 font-medium">Triggers: which events start a task</legend>
      {form.triggers.map((trigger, index) => (
        <TriggerFields
          // biome-ignore lint/suspicious/noArrayIndexKey: triggers have no name of their own, and keep their order
          key={index}
          trigger={trigger}
          index={index}
          provider={form.provider}
          faults={faults}
          change={(changes) => change(index, changes)}
          remove={() => set({ triggers: form.triggers.filter((_, at) => at !== index) })}
        />
      ))}
      {faultAt(
        faults.filter(({ path }) => path.length === 1),
        "triggers",
      )}
      <Button
        size="small"
        icon={<Plus aria-hidden className="size-3.5" />}
        onClick={() => set({ triggers: [...form.triggers, { events: [] }] })}
      >
        Add a trigger
      </Button>
    </fieldset>
  );
}

interface TriggerProps {
  trigger: TriggerDraft;
  index: number;
  provider: ProviderName;
  faults: Fields["faults"];
  change(changes: Partial<TriggerDraft>): void;
  remove(): void;
}

function TriggerFields(props: TriggerProps) {
  const { trigger, index, provider, faults, change, remove } = props;
  const at = (field: keyof Trigger) => faultAt(faults, "triggers", index, field);
  return (
    <div className="relative space-y-3 rounded-lg border p-4">
      <Button
        look="ghost"
        size="small"
        onClick={remove}
        aria-label={`Remove trigger ${index + 1}`}
        title="Remove this trigger"
        className="absolute! top-2 right-2 w-7 px-0!"
      >
        <Trash2 aria-hidden className="size-3.5" />
      </Button>
      <ListField
        label="Events"
        list={trigger.events}
        change={(events) => change({ events })}
        placeholder={EVENTS[provider]}
        hint="With commas, such as issues.opened, issues.* or issues; * means every event."
        fault={at("events")}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <AgentChoice
          value={trigger.agent ?? ""}
          change={(agent) => change({ agent: agent || null })}
          fault={at("agent")}
        />
        <ListField
          label="Trusted people"
          list={peopleOf(trigger.who)}
          change={(people) => change({ who: whoOf(people) })}
          placeholder="nobody"
          hint="Logins, id:4711, or MEMBER: only their events count. With nobody here everybody's do, with tools to look only."
          fault={at("who")}
        />
      </div>
      <TextField
        label="Task"
        rows={2}
        value={trigger.prompt ?? ""}
        change={(prompt) => change({ prompt })}
        placeholder="Plan how to mend {{ title }}."
        hint="With {{ title }}, {{ text }}, {{ url }}, {{ number }}, {{ payload.any.thing }}. More fields, such as conditions: YAML."
        fault={at("prompt") ?? at("condition")}
      />
    </div>
  );
}

function AgentChoice({
  value,
  change,
  fault,
}: {
  value: string;
  change(agent: string): void;
  fault: string | undefined;
}) {
  const agents = useAgents().data ?? [];
  const names = new Set([...agents.map(({ name }) => name), ...(value ? [value] : [])]);
  return (
    <Choice
      label="Agent"
      value={value}
      change={change}
      options={[["", "The machine decides"], ...[...names].map((name) => [name, name] as const)]}
      fault={fault}
    />
  );
}

const EMPTY: WebhookDraft = { name: "", provider: "github", triggers: [{ events: [] }] };

export const webhookSpec: FormSpec<WebhookDraft> = {
  kind: "webhooks",
  empty: EMPTY,
  Fields: WebhookFields,
  missing({ name, secret, secret_ref, unsigned, triggers }) {
    const wrong = nameFault(name);
    const isOpen = !unsigned && !secret && !secret_ref;
    return [
      ...(wrong ? [{ path: ["name"], what: wrong }] : []),
      ...(isOpen
        ? [{ path: ["secret"], what: "Write the secret that the provider signs with, or generate one." }]
        : []),
      ...triggers.flatMap(({ events }, index) =>
        events.length === 0
          ? [{ path: ["triggers", index, "events"], what: "Say which events start a task." }]
          : [],
      ),
    ];
  },
  toSettings({ name: _name, secret: _secret, ...settings }) {
    return withoutDefaults(settings, {});
  },
  fromSettings(settings, { name, secret }) {
    const { triggers, ...others } = settings as Partial<WebhookDraft>;
    const kept = secret ? { secret } : {};
    return {
      provider: "github",
      ...others,
      name,
      ...kept,
      triggers: Array.isArray(triggers) ? triggers : [],
    };
  },
  create: (draft) => webhooks.create({ ...draft, triggers: draft.triggers.map(filled) }),
};
